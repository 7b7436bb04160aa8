import { Failure } from "../../kit/failure.ts";
import { instanceType as known, type Architecture, type InstanceType } from "../../model/instance-type.ts";

export type { Architecture };

/** What a database's instance type is; a `Failure` for one that we cannot say it of. */
export function instanceType(written: string, database: string): Omit<InstanceType, "cpu"> {
  const kind = known(written);
  if (kind) return { architecture: kind.architecture, memoryMb: kind.memoryMb };
  throw new Failure("usage", `database ${database} cannot run on ${written}: which processor and how much memory that has is not known here`, {
    hint: 'Write an instance of a current family, "t4g.small" or "m7i.large" for instance.',
  });
}

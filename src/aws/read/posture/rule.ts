import { asBody, asList, ofType, type Configuration, type WrittenBlock } from "../configuration.ts";

/** Something that every platform keeps to, whatever its links are. */
export interface Rule {
  /** Stable, for people who look it up: `bucket-public-access`. */
  readonly name: string;
  /** https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html; none where it is a rule of our own. */
  readonly controls: readonly string[];
  readonly says: string;
  /** Types of blocks that it is about. */
  readonly about: readonly string[];
  find(configuration: Configuration): readonly Violation[];
}

export interface Violation {
  /** Address of the block. */
  readonly at: string;
  readonly message: string;
}

/** A rule about each block of a type, which is told what is wrong with it, if anything is. */
export function each(
  type: string, about: Pick<Rule, "name" | "controls" | "says">, test: (block: WrittenBlock, configuration: Configuration) => string | undefined,
): Rule {
  return {
    ...about,
    about: [type],
    find: (configuration) =>
      ofType(configuration, type).flatMap((block) => {
        const message = test(block, configuration);
        return message === undefined ? [] : [{ at: block.address, message }];
      }),
  };
}

/** Every value at a path, blocks being one or many: `metadata_options.http_tokens`. One undefined where nothing is written. */
export function valuesAt(value: unknown, path: string): readonly unknown[] {
  const [key = "", ...rest] = path.split(".");
  const bodies = asList(value).map(asBody);
  const found = bodies.map((body) => body[key]);
  if (rest.length === 0) return found.length === 0 ? [undefined] : found;
  return found.length === 0 ? [undefined] : found.flatMap((inner) => valuesAt(inner, rest.join(".")));
}

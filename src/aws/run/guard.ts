import { Failure } from "../../kit/failure.ts";
import { holds, lossesOf } from "../read/plan-loss.ts";
import type { Plan } from "../read/plan.ts";
import { asBody } from "../read/configuration.ts";
import type { TerraformDirectory } from "../render/index.ts";

/** Something that may only be destroyed when it is named. */
export interface Guarded {
  readonly address: string;
  /** What goes with it; null where only its type could say. */
  readonly what: string | null;
  readonly forcedBy: readonly string[];
}

/** What holds data and would be destroyed, though nobody named it. */
export function unpermitted({ changes }: Plan, permitted: readonly string[]): readonly Guarded[] {
  return lossesOf(changes).filter(({ address }) => !permitted.includes(address));
}

/** Nothing that holds data goes by a slip. @throws Failure `data-guarded` with what would be lost, why, and how to say that it is meant */
export function requirePermission(guarded: readonly Guarded[], again: string): void {
  const [first] = guarded;
  if (first === undefined) return;
  const details = guarded.map(({ address, what, forcedBy }) => {
    const why = forcedBy.length === 0 ? "" : `, because of ${forcedBy.join(", ")}`;
    return `${address}: ${what ?? lostWith(address)}${why}`;
  });
  const one = guarded.length === 1 ? "something that holds data" : `${guarded.length} things that hold data`;
  throw new Failure("data-guarded", `nothing was changed: it would destroy ${one}`, {
    hint: `if that is meant: ${again} ${guarded.map(({ address }) => destroyOption(address)).join(" ")}`,
    details,
  });
}

const lostWith = (address: string): string => holds(address.split(".").at(-2) ?? "") ?? "it is not to be destroyed";

/** As it is typed: a shell is to take the address for one word. */
export const destroyOption = (address: string): string => `--destroy ${/^[\w.-]+$/.test(address) ? address : `'${address}'`}`;

/** The same directories, in which Terraform may destroy what was named. */
export function permitting(rendered: readonly TerraformDirectory[], permitted: readonly string[]): readonly TerraformDirectory[] {
  if (permitted.length === 0) return rendered;
  return rendered.map(({ name, files }) => ({
    name,
    files: files.map((file) => {
      const content = withoutProtection(file.content, permitted);
      return content === null ? file : { ...file, content };
    }),
  }));
}

/** Null when the file has none of them. */
function withoutProtection(content: string, permitted: readonly string[]): string | null {
  const written = asBody(JSON.parse(content));
  let changed = false;
  const resource = mapped(asBody(written["resource"]), (byName, type) =>
    mapped(asBody(byName), (body, name) => {
      const { lifecycle, ...others } = asBody(body);
      const { prevent_destroy: _, ...kept } = asBody(lifecycle);
      if (!permitted.includes(`${type}.${name}`) || asBody(lifecycle)["prevent_destroy"] !== true) return body;
      changed = true;
      return Object.keys(kept).length === 0 ? others : { ...others, lifecycle: kept };
    }),
  );
  return changed ? `${JSON.stringify({ ...written, resource }, null, 2)}\n` : null;
}

const mapped = (object: Readonly<Record<string, unknown>>, change: (value: unknown, key: string) => unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));

import { compare, type Comparison, type Deviation } from "../../aws/read/plan-drift.ts";
import type { NounOf } from "../../aws/read/plan-noun.ts";
import type { Invocation } from "../invocation.ts";
import { wrap } from "../table.ts";
import { working } from "../terraform-work.ts";
import { write } from "../terraform-write.ts";

/** What was found in a directory. */
interface Verified {
  readonly directory: string;
  readonly compared: number;
  readonly deviations: readonly (Deviation & { readonly noun: string })[];
  readonly noted: Comparison["noted"];
}

/** Compares what is there with what the definition says. Ends with 1 when anything is otherwise. */
export async function verify(invocation: Invocation): Promise<number> {
  const written = await write(invocation, false);
  const result = await working(invocation, written, async (work) => {
    const directories: Verified[] = [];
    for (const rendered of work.reachable) {
      const { planned: { name, plan, nounOf } } = await work.plan(rendered, false);
      directories.push(verified(name, plan.compared, compare(plan), nounOf));
    }
    return { account: work.identity.account, directories, elsewhere: work.elsewhere };
  });
  if (invocation.flags.has("json")) invocation.print(`${JSON.stringify(result, null, 2)}\n`);
  else invocation.print([...result.elsewhere.map(({ directory, account }) => `${directory}: not compared: it is in account ${account}\n`), ...result.directories.map((one) => text(one, invocation.terminal.columns))].join(""));
  return result.directories.every(({ deviations }) => deviations.length === 0) ? 0 : 1;
}

const verified = (directory: string, compared: number, { deviations, noted }: Comparison, nounOf: NounOf): Verified => ({
  directory, compared, deviations: deviations.map((one) => ({ ...one, noun: nounOf(one.address) })), noted,
});

function text({ directory, compared, deviations, noted }: Verified, columns: number): string {
  const found = deviations.length === 0 ? `as defined (${compared} compared)` : `${deviations.length} of ${compared} not as defined`;
  const nouns = [...Map.groupBy(deviations, ({ noun }) => noun)].flatMap(([noun, of]) => [`  ${noun}`, ...of.map((one) => line(one, columns))]);
  const others = noted.length === 0 ? [] : [`  ${wrap(`${noted.length} differ since the last apply in what the definition does not write; --json names them`, columns - 2, "  ")}`];
  return `${[`${directory}: ${found}`, ...nouns, ...others, ...legend(deviations, columns)].join("\n")}\n`;
}

function line({ address, kind, attributes }: Deviation, columns: number): string {
  return `    ${kind.padEnd(8)} ${wrap(`${address}${attributes.length === 0 ? "" : `: ${attributes.join(", ")}`}`, columns - 13, " ".repeat(15))}`;
}

const MEANS: readonly (readonly [Deviation["kind"], string])[] = [
  ["gone", "gone: removed by others"], ["changed", "changed: by others"], ["pending", "pending: not applied yet"],
  ["added", "added: by others, and an apply leaves it"],
];

const legend = (deviations: readonly Deviation[], columns: number): readonly string[] => {
  const told = MEANS.filter(([kind]) => deviations.some((one) => one.kind === kind)).map(([, means]) => means);
  return told.length === 0 ? [] : [`  ${wrap(`(${told.join("; ")})`, columns - 2, "  ")}`];
};

import { holds } from "../aws/read/plan-loss.ts";
import type { NounOf } from "../aws/read/plan-noun.ts";
import type { PlannedChange } from "../aws/read/plan.ts";
import { wrap } from "./table.ts";

/** What a directory's plan does, as it is told and as `--json` has it. */
export interface ShownPlan {
  readonly directory: string;
  readonly changes: readonly (PlannedChange & { readonly noun: string; readonly loses: string | null })[];
}

export function shownPlan(directory: string, changes: readonly PlannedChange[], nounOf: NounOf): ShownPlan {
  const losing = (change: PlannedChange): boolean => change.action === "replace" || change.action === "destroy";
  return { directory, changes: changes.map((change) => ({ ...change, noun: nounOf(change.address), loses: losing(change) ? holds(change.type) : null })) };
}

const ORDER = ["destroy", "replace", "forget", "change", "create", "move", "import"] as const;
type Act = (typeof ORDER)[number];
const PAST: Readonly<Record<Act, string>> = { create: "created", change: "changed", replace: "replaced", destroy: "destroyed", forget: "forgotten", move: "moved", import: "imported" };

const actOf = ({ action, imported }: PlannedChange): Act => (action !== "none" ? action : imported ? "import" : "move");

/** `4 created, 1 replaced`, or that nothing is. */
export function counts({ changes }: ShownPlan): string {
  const of = Map.groupBy(changes, actOf);
  const told = (["create", "change", "replace", "destroy", "forget", "import", "move"] as const).flatMap((act) => (of.has(act) ? [`${of.get(act)?.length ?? 0} ${PAST[act]}`] : []));
  return told.join(", ") || "nothing to change";
}

/** Many of one noun that are all new say no more than their number. */
const FEW = 3;

/** A directory's plan for people: what becomes of what, by noun, the dangerous first. */
export function planText(plan: ShownPlan, columns: number): string {
  const losing = (changes: ShownPlan["changes"]): number => (changes.some(({ loses }) => loses !== null) ? 0 : 1);
  const groups = [...Map.groupBy(plan.changes, ({ noun }) => noun)].sort(([noun, one], [other, two]) => losing(one) - losing(two) || (noun < other ? -1 : 1));
  const nouns = groups.flatMap(([noun, changes]) => [`  ${noun}`, ...nounLines(changes, columns)]);
  return `${[`${plan.directory}: ${counts(plan)}`, ...nouns].join("\n")}\n`;
}

function nounLines(changes: ShownPlan["changes"], columns: number): readonly string[] {
  const acts = Map.groupBy(changes, actOf);
  return ORDER.flatMap((act) => {
    const of = acts.get(act) ?? [];
    if (act === "create" && of.length > FEW) return [`    create   ${of.length} resources`];
    return of.flatMap((change) => changeLines(act, change, columns));
  });
}

function changeLines(act: Act, { address, attributes, forcedBy, movedFrom, imported, reason, loses }: ShownPlan["changes"][number], columns: number): readonly string[] {
  const why = [
    ...(act === "replace" ? [`because of ${forcedBy.join(", ") || reason || "what it cannot change"}`] : []),
    ...(act === "change" && attributes.length > 0 ? [attributes.join(", ")] : []),
    ...(movedFrom === null ? [] : [`was ${movedFrom}`]),
    ...(imported && act !== "import" ? ["is imported"] : []),
  ];
  const text = `${address}${why.length === 0 ? "" : `: ${why.join("; ")}`}`;
  const lines = [`    ${act.padEnd(8)} ${wrap(text, columns - 13, " ".repeat(15))}`];
  return loses === null ? lines : [...lines, `             ${wrap(`LOSES ${loses}`, columns - 13, " ".repeat(15))}`];
}

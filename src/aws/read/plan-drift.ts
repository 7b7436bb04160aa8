import type { Drift, Plan, PlannedChange } from "./plan.ts";

/** Something that is not as the definition says. */
export interface Deviation {
  readonly address: string;
  /** `gone`: others removed it. `changed`: others changed it. `pending`: the definition changed and nobody has applied it. `added`: others put it there, and an apply leaves it. */
  readonly kind: "gone" | "changed" | "pending" | "added";
  /** Names of arguments; of what was added, the rules themselves. */
  readonly attributes: readonly string[];
}

/** What a plan says about what is there. */
export interface Comparison {
  readonly deviations: readonly Deviation[];
  /** Different since the last apply in what the definition does not write: AWS's own doing, mostly. Terraform would leave it so. */
  readonly noted: readonly Drift[];
}

/** Tells what others did from what nobody has applied yet. What an apply would change counts, and rules of security groups that nobody wrote. */
export function compare({ changes, drift, strangeRules }: Plan): Comparison {
  const known = new Map(drift.map((one) => [one.address, one]));
  const changed = new Set(changes.map(({ address }) => address));
  return {
    deviations: [
      ...changes.map((change) => deviation(change, known.get(change.address))),
      ...[...Map.groupBy(strangeRules, ({ address }) => address)].map(([address, rules]) => ({ address, kind: "added" as const, attributes: rules.map(({ rule }) => rule) })),
    ],
    noted: drift.filter(({ address }) => !changed.has(address)),
  };
}

function deviation({ address, action, attributes }: PlannedChange, drift: Drift | undefined): Deviation {
  if (drift?.gone === true && action === "create") return { address, kind: "gone", attributes: [] };
  const shared = attributes.filter((name) => drift?.attributes.includes(name));
  return shared.length > 0 ? { address, kind: "changed", attributes: shared } : { address, kind: "pending", attributes };
}

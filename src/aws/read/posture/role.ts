import { addressesIn, asList, ofType, texts, type Body, type Configuration } from "../configuration.ts";
import { allows, statementsOf } from "../policy.ts";
import type { Violation } from "./rule.ts";

/** Something that a role must be allowed, for what it is given to work. */
export interface Need {
  /** Address of the role; undefined where there is none. */
  readonly role: string | undefined;
  readonly actions: readonly string[];
  /** Address of the resource; null: whichever. */
  readonly of: string | null;
}

/** What the role may not, and must. */
export function missing(configuration: Configuration, { role, actions, of }: Need): readonly Violation[] {
  if (role === undefined) return [{ at: of ?? "a task", message: `nobody may ${actions.join(" ")}` }];
  const what = of === null ? "" : ` of ${of}`;
  return actions.filter((action) => !may(configuration, role, action, of)).map((action) => ({ at: role, message: `it may not ${action}${what}` }));
}

export function may(configuration: Configuration, role: string, action: string, of: string | null): boolean {
  return statementsIn(configuration, role).some((statement) => {
    const resources = asList(statement["Resource"]);
    return allows(statement, action) && (of === null || resources.includes("*") || addressesIn(resources).includes(of));
  });
}

const known = new WeakMap<Configuration, ReadonlyMap<string, readonly Body[]>>();

/** What a role's own policies say. */
export function statementsIn(configuration: Configuration, role: string): readonly Body[] {
  const found = known.get(configuration) ?? statementsByRole(configuration);
  known.set(configuration, found);
  return found.get(role) ?? [];
}

function statementsByRole(configuration: Configuration): ReadonlyMap<string, readonly Body[]> {
  const found = new Map<string, readonly Body[]>();
  for (const { body } of ofType(configuration, "aws_iam_role_policy")) {
    for (const role of addressesIn(body["role"])) found.set(role, [...(found.get(role) ?? []), ...statementsOf(body["policy"])]);
  }
  return found;
}

/** Policies of AWS's own that a role has, by their ARNs. */
export function managedOf(configuration: Configuration, role: string): readonly string[] {
  const attached = ofType(configuration, "aws_iam_role_policy_attachment").filter(({ body }) => addressesIn(body["role"]).includes(role));
  return attached.flatMap(({ body }) => texts(body["policy_arn"]));
}

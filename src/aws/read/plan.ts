import { asBody, asList, texts, type Body } from "./configuration.ts";
import { strangeRules, type StrangeRule } from "./plan-rules.ts";

/** What becomes of one resource. */
export interface PlannedChange {
  /** `aws_db_instance.database_mysql` */
  readonly address: string;
  readonly type: string;
  readonly action: "create" | "change" | "replace" | "destroy" | "forget" | "none";
  /** Where the state has it now, when that is another address. */
  readonly movedFrom: string | null;
  /** It exists already and comes into the state. */
  readonly imported: boolean;
  /** Arguments that are written and change, `tags.part` as `tags`; none when it is created or destroyed. */
  readonly attributes: readonly string[];
  /** Those of them that cannot change without a replacement. */
  readonly forcedBy: readonly string[];
  /** Why it is replaced or destroyed, in Terraform's word: `tainted`, `delete_because_no_resource_config`. */
  readonly reason: string | null;
}

/** What was changed by others since the last apply. */
export interface Drift {
  readonly address: string;
  readonly type: string;
  readonly gone: boolean;
  readonly attributes: readonly string[];
}

/** A plan as data: only what changes, and what others have changed. */
export interface Plan {
  /** In Terraform's order; without those of which nothing becomes. */
  readonly changes: readonly PlannedChange[];
  readonly drift: readonly Drift[];
  /** Rules that others put into security groups. */
  readonly strangeRules: readonly StrangeRule[];
  /** How many resources were compared. */
  readonly compared: number;
  /** Whether values that the directory tells change, even where no resource does. */
  readonly outputsChange: boolean;
}

/**
 * Reads what `show -json PLAN` prints. @throws Error when it is no plan of format 1.
 * https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
 */
export function readPlan(shown: unknown): Plan {
  const plan = asBody(shown);
  const version = String(plan["format_version"]);
  if (!version.startsWith("1.")) throw new Error(`a plan of format ${version} is not known`);
  const managed = (list: unknown): readonly Body[] => asList(list).map(asBody).filter(({ mode }) => mode === "managed");
  const written = writtenArguments(plan);
  const resources = managed(plan["resource_changes"]);
  return {
    changes: resources.map((one) => readChange(one, written)).filter(happens),
    drift: managed(plan["resource_drift"]).flatMap(readDrift),
    strangeRules: strangeRules(plan, (address, argument) => written.get(address)?.has(argument) ?? false),
    compared: resources.length,
    outputsChange: Object.values(asBody(plan["output_changes"])).some((one) => texts(asBody(one)["actions"]).some((action) => action !== "no-op")),
  };
}

/** Which arguments are written, by address without a key. */
function writtenArguments(plan: Body): ReadonlyMap<string, ReadonlySet<string>> {
  const root = asBody(asBody(plan["configuration"])["root_module"]);
  const resources = asList(root["resources"]).map(asBody);
  return new Map(resources.map(({ address, expressions }) => [String(address), new Set(Object.keys(asBody(expressions)))]));
}

const happens = ({ action, movedFrom, imported }: PlannedChange): boolean => action !== "none" || movedFrom !== null || imported;

function readChange(planned: Body, written: ReadonlyMap<string, ReadonlySet<string>>): PlannedChange {
  const change = asBody(planned["change"]);
  const address = String(planned["address"]);
  const own = written.get(address.replace(/\[.*\]$/, "")) ?? new Set();
  const previous = planned["previous_address"];
  const reason = planned["action_reason"];
  const action = actionOf(texts(change["actions"]));
  const replaced = asList(change["replace_paths"]).map((path) => String(asList(path)[0]));
  return {
    address,
    type: String(planned["type"]),
    action,
    movedFrom: typeof previous === "string" ? previous : null,
    imported: change["importing"] !== undefined && change["importing"] !== null,
    attributes: action === "change" || action === "replace" ? changedAttributes(change).filter((name) => own.has(name)) : [],
    forcedBy: unique(replaced),
    reason: typeof reason === "string" && reason !== "replace_because_cannot_update" ? reason.replace(/^replace_because_/, "") : null,
  };
}

function actionOf(actions: readonly string[]): PlannedChange["action"] {
  const [first, second] = actions;
  if (second !== undefined) return actions.includes("forget") ? "forget" : "replace";
  const known: Readonly<Record<string, PlannedChange["action"]>> = { create: "create", update: "change", delete: "destroy", forget: "forget" };
  return known[first ?? ""] ?? "none";
}

/** Top-level attributes that differ, or whose value is known only after the apply. */
function changedAttributes(change: Body): readonly string[] {
  const before = asBody(change["before"]);
  const after = asBody(change["after"]);
  const unknown = asBody(change["after_unknown"]);
  const names = unique([...Object.keys(before), ...Object.keys(after), ...Object.keys(unknown)]);
  return names.filter((name) => isUnknown(unknown[name]) || !same(before[name], after[name]));
}

/** `after_unknown` marks with true, at any depth. */
const isUnknown = (value: unknown): boolean =>
  value === true || (typeof value === "object" && value !== null && Object.values(value).some(isUnknown));

function readDrift(written: Body): readonly Drift[] {
  const change = asBody(written["change"]);
  const action = actionOf(texts(change["actions"]));
  const attributes = action === "change" ? changedAttributes(change) : [];
  // What was only moved in the state is told here as well.
  if (action === "none" || (action === "change" && attributes.length === 0)) return [];
  return [{ address: String(written["address"]), type: String(written["type"]), gone: action === "destroy", attributes }];
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(sorted(one ?? null)) === JSON.stringify(sorted(other ?? null));

/** The same value whatever the order of its keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
}

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];

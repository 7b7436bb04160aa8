import { describe, expect, test } from "vitest";
import { compare } from "../../src/aws/read/plan-drift.ts";
import { holds, lossesOf } from "../../src/aws/read/plan-loss.ts";
import { nounsIn } from "../../src/aws/read/plan-noun.ts";
import { readPlan, type Plan } from "../../src/aws/read/plan.ts";
import schemaDocument from "../../src/aws/schema/provider-schema.json" with { type: "json" };
import { counts, planText, shownPlan } from "../../src/cli/plan-text.ts";
import { directoryOf } from "./rendered.ts";
import { exampleModel } from "./platforms.ts";

/** One entry of a plan, as `show -json` writes it. */
interface Entry {
  readonly address: string;
  readonly actions: readonly string[];
  readonly before?: object | null;
  readonly after?: object | null;
  readonly unknown?: object;
  readonly replace?: readonly (readonly string[])[];
  readonly more?: object;
  readonly importing?: object;
}

const entry = ({ address, actions, before = null, after = null, unknown = {}, replace, more, importing }: Entry) => ({
  address, mode: address.startsWith("data.") ? "data" : "managed", type: address.split(".").at(-2), ...more,
  change: { actions, before, after, after_unknown: unknown, ...(replace && { replace_paths: replace }), ...(importing && { importing }) },
});

/** A plan of these changes, in whose configuration all arguments of `written` are. */
function planOf(changes: readonly Entry[], { drift = [], written = ["name", "size", "tags", "rule"] }: { drift?: readonly Entry[]; written?: readonly string[] } = {}): Plan {
  const resources = changes.map(({ address }) => ({ address, expressions: Object.fromEntries(written.map((name) => [name, {}])) }));
  return readPlan({ format_version: "1.2", resource_changes: changes.map(entry), resource_drift: drift.map(entry), configuration: { root_module: { resources } } });
}

const DATABASE = "aws_db_instance.database_mysql";
const one = (change: Omit<Entry, "address">) => planOf([{ address: DATABASE, ...change }]).changes;

describe("what becomes of a resource", () => {
  test.each<readonly [string, Omit<Entry, "address">, object | null]>([
    ["it is made", { actions: ["create"], after: { name: "a" } }, { action: "create", attributes: [] }],
    ["nothing", { actions: ["no-op"], before: { name: "a" }, after: { name: "a" } }, null],
    ["it is changed", { actions: ["update"], before: { name: "a", size: 1 }, after: { name: "a", size: 2 } }, { action: "change", attributes: ["size"] }],
    ["a value that is known later", { actions: ["update"], before: { size: 1 }, after: {}, unknown: { size: true } }, { attributes: ["size"] }],
    ["what only the provider says is no news", { actions: ["update"], before: { size: 1, arn: "x" }, after: { size: 2 }, unknown: { arn: true } }, { attributes: ["size"] }],
    ["a block in which something changes", { actions: ["update"], before: { rule: [{ port: 1 }] }, after: { rule: [{ port: 2 }] } }, { attributes: ["rule"] }],
    ["the order of keys says nothing", { actions: ["update"], before: { tags: { a: 1, b: 2 }, size: 1 }, after: { tags: { b: 2, a: 1 }, size: 2 } }, { attributes: ["size"] }],
    ["it is replaced", { actions: ["delete", "create"], before: { name: "a" }, after: { name: "b" }, replace: [["name"]] }, { action: "replace", attributes: ["name"], forcedBy: ["name"] }],
    ["the new one first", { actions: ["create", "delete"], replace: [["rule", "0", "port"], ["rule", "1", "port"]] }, { action: "replace", forcedBy: ["rule"] }],
    ["it is replaced for another reason", { actions: ["delete", "create"], more: { action_reason: "replace_because_tainted" } }, { action: "replace", forcedBy: [], reason: "tainted" }],
    ["it is destroyed", { actions: ["delete"], before: { name: "a" }, more: { action_reason: "delete_because_no_resource_config" } }, { action: "destroy", attributes: [] }],
    ["it is only forgotten", { actions: ["forget"] }, { action: "forget" }],
    ["it is moved", { actions: ["no-op"], more: { previous_address: "aws_db_instance.old" } }, { action: "none", movedFrom: "aws_db_instance.old" }],
    ["it is imported", { actions: ["no-op"], importing: { id: "x" } }, { action: "none", imported: true }],
    ["it is imported and changed", { actions: ["update"], before: { size: 1 }, after: { size: 2 }, importing: { id: "x" } }, { action: "change", imported: true, attributes: ["size"] }],
  ])("%s", (_name, change, expected) => {
    expect(one(change)).toMatchObject(expected === null ? [] : [{ address: DATABASE, type: "aws_db_instance", ...expected }]);
  });

  test("lookups are not told, and another format is refused", () => {
    expect(planOf([{ address: "data.aws_vpc.main", actions: ["read"] }]).changes).toEqual([]);
    expect(() => readPlan({ format_version: "2.0" })).toThrow("a plan of format 2.0 is not known");
  });
});

describe("what is not as the definition says", () => {
  const changed = { address: DATABASE, actions: ["update"], before: { size: 1, name: "a" }, after: { size: 2, name: "a" } };
  test.each<readonly [string, Parameters<typeof planOf>[0], readonly Entry[], object]>([
    ["others changed it", [changed], [{ address: DATABASE, actions: ["update"], before: { size: 2 }, after: { size: 1 } }], { deviations: [{ kind: "changed", attributes: ["size"] }], noted: [] }],
    ["nobody applied it", [changed], [], { deviations: [{ kind: "pending", attributes: ["size"] }] }],
    ["others changed something else of it", [changed], [{ address: DATABASE, actions: ["update"], before: { arn: "a" }, after: { arn: "b" } }], { deviations: [{ kind: "pending", attributes: ["size"] }], noted: [] }],
    ["others removed it", [{ address: DATABASE, actions: ["create"], after: { size: 1 } }], [{ address: DATABASE, actions: ["delete"], before: { size: 1 } }], { deviations: [{ kind: "gone" }] }],
    ["what AWS itself changes", [], [{ address: DATABASE, actions: ["update"], before: { arn: "a" }, after: { arn: "b" } }], { deviations: [], noted: [{ address: DATABASE, attributes: ["arn"] }] }],
    ["it only moved", [], [{ address: DATABASE, actions: ["no-op"], before: { size: 1 }, after: { size: 1 } }], { deviations: [], noted: [] }],
  ])("%s", (_name, changes, drift, expected) => {
    expect(compare(planOf(changes, { drift }))).toMatchObject(expected);
  });
});

describe("rules that nobody wrote", () => {
  const rule = (values: object, type = "aws_vpc_security_group_ingress_rule") => ({ address: `${type}.one`, type, values: { security_group_id: "sg-1", ip_protocol: "tcp", from_port: 443, to_port: 443, ...values } });
  const found = (entry: object, rules: readonly object[], expressions: object = {}) => {
    const group = { address: "aws_security_group.edge", type: "aws_security_group", values: { id: "sg-1", ingress: [{ protocol: "tcp", from_port: 443, to_port: 443, ...entry }], egress: [] } };
    const plan = readPlan({
      format_version: "1.2", prior_state: { values: { root_module: { resources: [group, ...rules] } } },
      configuration: { root_module: { resources: [{ address: "aws_security_group.edge", expressions }] } },
    });
    return compare(plan).deviations;
  };
  const added = (...attributes: readonly string[]) => [{ address: "aws_security_group.edge", kind: "added", attributes }];
  test.each<readonly [string, object, readonly object[], readonly object[]]>([
    ["a written one is known", { cidr_blocks: ["0.0.0.0/0"] }, [rule({ cidr_ipv4: "0.0.0.0/0" })], []],
    ["another source", { cidr_blocks: ["0.0.0.0/0"], ipv6_cidr_blocks: ["::/0"] }, [rule({ cidr_ipv4: "0.0.0.0/0" })], added("ingress tcp 443 from ::/0")],
    ["another port", { from_port: 22, to_port: 22, cidr_blocks: ["0.0.0.0/0"] }, [rule({ cidr_ipv4: "0.0.0.0/0" })], added("ingress tcp 22 from 0.0.0.0/0")],
    ["wider ports", { to_port: 65_535, cidr_blocks: ["10.0.0.0/8"] }, [rule({ cidr_ipv4: "10.0.0.0/8" })], added("ingress tcp 443-65535 from 10.0.0.0/8")],
    ["the other direction's", { cidr_blocks: ["0.0.0.0/0"] }, [rule({ cidr_ipv4: "0.0.0.0/0" }, "aws_vpc_security_group_egress_rule")], added("ingress tcp 443 from 0.0.0.0/0")],
    ["another group's", { cidr_blocks: ["0.0.0.0/0"] }, [rule({ cidr_ipv4: "0.0.0.0/0", security_group_id: "sg-2" })], added("ingress tcp 443 from 0.0.0.0/0")],
    ["everything, written in two ways", { protocol: "-1", from_port: 0, to_port: 0, security_groups: ["sg-9"] }, [rule({ ip_protocol: "-1", from_port: null, to_port: null, referenced_security_group_id: "sg-9" })], []],
    ["everything", { protocol: "-1", from_port: 0, to_port: 0, prefix_list_ids: ["pl-1"] }, [], added("ingress everything from pl-1")],
    ["the group itself", { self: true }, [rule({ referenced_security_group_id: "sg-1" })], []],
    ["a group of another account", { security_groups: ["111122223333/sg-8"] }, [rule({ referenced_security_group_id: "111122223333/sg-8" })], []],
  ])("%s", (_name, entry, rules, expected) => {
    expect(found(entry, rules)).toEqual(expected);
  });

  test("what a group itself writes is compared as an argument, like any other", () => {
    expect(found({ cidr_blocks: ["0.0.0.0/0"] }, [], { ingress: {} })).toEqual([]);
  });
});

describe("what would be lost", () => {
  test("only what goes, and only of what holds data", () => {
    const { changes } = planOf([
      { address: DATABASE, actions: ["delete", "create"], replace: [["size"]] },
      { address: "aws_s3_bucket.site_main", actions: ["delete"] },
      { address: "aws_ebs_volume.database_redis", actions: ["update"], before: { size: 1 }, after: { size: 2 } },
      { address: "aws_subnet.public_a", actions: ["delete", "create"] },
    ]);
    expect(lossesOf(changes)).toEqual([
      { address: DATABASE, action: "replace", what: "the database with all its data", forcedBy: ["size"] },
      { address: "aws_s3_bucket.site_main", action: "destroy", what: "the bucket with all its objects", forcedBy: [] },
    ]);
  });

  /** Arguments by which a provider lets a resource with something in it go, or keeps it. */
  const CAREFUL = ["deletion_protection", "deletion_protection_enabled", "skip_final_snapshot", "final_snapshot", "force_destroy", "force_delete", "recovery_window_in_days", "deletion_window_in_days"];
  /** They have such an argument and hold nothing that a new one would not have. */
  const EMPTY: Readonly<Record<string, string>> = {
    aws_autoscaling_group: "its instances are made anew", aws_ecs_service: "its tasks are made anew", aws_instance: "data is on a volume of its own",
    aws_s3_object: "written from the definition", aws_cloudwatch_event_rule: "it keeps nothing", aws_cloudwatch_event_target: "it keeps nothing",
  };

  test("every type that can be kept from deletion is judged", () => {
    const [schema] = Object.values(schemaDocument.provider_schemas);
    const careful = Object.entries(schema?.resource_schemas ?? {}).filter(([, { block }]) => Object.keys(block.attributes ?? {}).some((name) => CAREFUL.includes(name)));
    const unjudged = careful.map(([type]) => type).filter((type) => holds(type) === null && EMPTY[type] === undefined);
    expect(careful.length).toBeGreaterThan(5);
    expect(unjudged).toEqual([]);
  });
});

describe("what a resource belongs to", () => {
  test("by the file that it is written in, and by its name when it is not any more", async () => {
    const extra = [{ name: "alarms.tf", content: 'resource "aws_sns_topic" "night" {\n  name = "night"\n}\n' }];
    const nounOf = nounsIn([...directoryOf(await exampleModel("dailyge"), "prod").files, ...extra]);
    expect(nounOf("aws_sns_topic.night")).toBe("alarms");
    expect(["aws_vpc.main", DATABASE, "aws_ecs_service.service_admin-api", 'aws_subnet.public_a["x"]', "aws_s3_bucket.site_main", "aws_sqs_queue.topic_events_event-worker"].map(nounOf)).toEqual([
      "network", "database mysql", "service admin-api", "network", "site main", "topic events",
    ]);
    expect(["aws_iam_role.service_old-one_task", "aws_ebs_volume.database_cache", "aws_vpc.second"].map(nounOf)).toEqual(["service old-one", "database cache", "no longer in the definition"]);
  });
});

test("a plan for people: by noun, the dangerous first, within 80 columns", () => {
  const { changes } = planOf([
    ...["a", "b", "c", "d"].map((name) => ({ address: `aws_subnet.public_${name}`, actions: ["create"] })),
    { address: "aws_route.public", actions: ["create"] },
    { address: "aws_db_parameter_group.database_mysql", actions: ["update"], before: { name: 1, size: 1, tags: 1, rule: 1 }, after: { name: 2, size: 2, tags: 2, rule: 2 } },
    { address: "aws_ebs_volume.database_cache", actions: ["delete", "create"], replace: [["size"]] },
    { address: "aws_eip.nat", actions: ["no-op"], more: { previous_address: "aws_eip.old" } },
  ]);
  const plan = shownPlan("prod", changes, (address) => (address.includes("mysql") ? "database mysql" : "network"));
  expect(counts(plan)).toBe("5 created, 1 changed, 1 replaced, 1 moved");
  expect(planText(plan, 60)).toBe(`prod: 5 created, 1 changed, 1 replaced, 1 moved
  network
    replace  aws_ebs_volume.database_cache: because of size
             LOSES the volume with all its data
    create   5 resources
    move     aws_eip.nat: was aws_eip.old
  database mysql
    change   aws_db_parameter_group.database_mysql: name,
               size, tags, rule
`);
  expect(planText(shownPlan("dev", [], () => ""), 80)).toBe("dev: nothing to change\n");
});

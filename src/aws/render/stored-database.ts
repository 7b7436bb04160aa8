import type { MongodbDatabase, RedisDatabase } from "../../model/database.ts";
import { Failure } from "../../kit/failure.ts";
import { joined, resource, type Block, type Resource, type Text } from "../terraform.ts";
import { renderCertificate } from "./certificate.ts";
import { hostsMayConnect, renderUsers, secretsByService, usersPath, type DatabaseUser } from "./database-link.ts";
import type { RenderedDatabase } from "./database.ts";
import { instanceType } from "./instance-type.ts";
import { physicalName } from "./names.ts";
import { bootScript, type BootParts } from "./stored-boot.ts";
import { nightlySnapshots, recovery } from "./stored-care.ts";
import type { StoredGround } from "./stored-ground.ts";
import { renderStoredInstance } from "./stored-instance.ts";
import { watchStored } from "./stored-watch.ts";

/** What one engine is to an instance of its own. */
export interface StoredEngine extends Omit<BootParts, "settings" | "agent"> {
  readonly port: number;
  readonly leastMemoryMb: number;
  /** Files that the server does not start without. */
  readonly needed: readonly string[];
  /** The server's own configuration. A change reaches a running instance within a minute, and restarts the server. */
  readonly configuration: string;
  /** What the user of a service may do, in the engine's own words. */
  readonly rule: (service: string) => string;
  /** Fields of a user's secret beside its name, password, host and port. */
  readonly secret: (service: string, password: Text, host: string) => Readonly<Record<string, Text>>;
}

/**
 * A database that is installed on an instance of its own, with one volume for all that it keeps. One machine: while it is
 * being replaced, nobody is served.
 */
export function renderStored(ground: StoredGround, database: RedisDatabase | MongodbDatabase, engine: StoredEngine): RenderedDatabase {
  const { place, network } = ground;
  const name = `database_${database.name}`;
  const { architecture, memoryMb } = instanceType(database.instance, database.name);
  if (memoryMb < engine.leastMemoryMb) throw tooSmall(database, memoryMb, engine.leastMemoryMb);
  const host = hostName(ground, database.name);
  // Not a data subnet, which no route leads out of: it fetches packages, its passwords and its certificate.
  const [subnet] = network.subnets.private;
  if (!subnet) throw new Error("a network has at least one zone");
  const securityGroup = resource("aws_security_group", name, {
    name: `${physicalName("database", place.prefix, database.name)}-database`,
    description: `Database ${database.name}`,
    vpc_id: network.vpc.of("id"),
    tags: { Name: `${place.prefix}-${database.name}-database` },
  });
  const users = renderUsers(place, database, (service, password) => ({
    password, host, port: engine.port, ...engine.secret(service, password, host),
  }));
  const certificate = renderCertificate(place, name, [host], { exportable: true });
  const watch = watchStored(place, name, database.name);
  const said = parameters(ground, name, database, engine, users);
  const { instance, blocks } = renderStoredInstance(place, {
    name, database, subnet, securityGroup,
    image: ground.images[architecture],
    after: [watch.logs],
    may: [
      ...watch.may,
      { Sid: "ReadParameters", Action: ["ssm:GetParameter"], Resource: said.blocks.map((parameter) => parameter.of("arn")) },
      { Sid: "ReadCertificate", Action: ["acm:ExportCertificate"], Resource: certificate.valid.of("certificate_arn") },
      ...(users.length > 0 ? [{ Sid: "ReadPasswords", Action: ["secretsmanager:GetSecretValue"], Resource: users.map(({ secret }) => secret.of("arn")) }] : []),
    ],
    boot: (volume) => bootScript({ ...engine, agent: watch.agent, settings: settings(ground, database, engine, host, said.path, volume, certificate.valid.of("certificate_arn")) }),
  });
  const record = resource("aws_route53_record", `${name}_host`, {
    zone_id: ground.zone.of("zone_id"), name: host, type: "A", ttl: 30, records: [instance.of("private_ip")],
  });
  const outward = resource("aws_vpc_security_group_egress_rule", `${name}_https`, {
    security_group_id: securityGroup.of("id"),
    description: "Packages, passwords and the shell of people",
    ip_protocol: "tcp", from_port: 443, to_port: 443, cidr_ipv4: "0.0.0.0/0",
  });
  const link = hostsMayConnect(name, database, securityGroup, engine.port, ground);
  const care = [...nightlySnapshots(ground, name, database), ...recovery(place, name, database.name, instance), ...watch.alarms];
  return {
    database, host,
    port: engine.port,
    users: secretsByService(users),
    nouns: [{
      name: `database-${database.name}`,
      blocks: [watch.logs, securityGroup, outward, ...link, ...certificate.blocks, ...users.flatMap((user) => user.blocks), ...said.blocks, ...blocks, record, ...care],
    }],
  };
}

/** A certificate's first name has at most 64 characters. https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html */
function hostName({ zoneName }: StoredGround, database: string): string {
  const host = `${database}.${zoneName}`;
  if (host.length <= 64) return host;
  throw new Failure("usage", `database ${database} cannot have a certificate: its name ${host} has ${host.length} characters, and AWS takes 64`, {
    hint: "Give the database or the environment a shorter name.",
  });
}

function tooSmall({ name, instance }: RedisDatabase | MongodbDatabase, memoryMb: number, leastMb: number): Failure {
  return new Failure("usage", `database ${name} does not fit on ${instance}: it needs ${leastMb} MB of memory, and that has ${memoryMb}`, {
    hint: `Write a larger instance for ${name}, or less memory for its data.`,
  });
}

/** What a running instance looks at every minute: it costs nothing, and a change in it replaces no instance. */
function parameters({ place }: StoredGround, name: string, database: RedisDatabase | MongodbDatabase, engine: StoredEngine, users: readonly DatabaseUser[]) {
  const path = `${place.path}/databases/${database.name}`;
  const parameter = (own: string, description: string, value: Text): Resource<"aws_ssm_parameter"> =>
    resource("aws_ssm_parameter", `${name}_${own}`, { name: `${path}/${own}`, description, type: "String", tier: "Intelligent-Tiering", insecure_value: value });
  const list = users.flatMap(({ service, version }) => [`\n${service} `, version.of("version_id"), ` ${engine.rule(service)}`]);
  const blocks = [
    parameter("configuration", `What the server of ${database.name} reads`, engine.configuration),
    parameter("users", `Users of ${database.name}`, joined(["# service, version of its secret, what it may do", ...list])),
  ];
  return { path, blocks };
}

function settings(
  { place }: StoredGround, database: RedisDatabase | MongodbDatabase, engine: StoredEngine, host: string, path: string,
  volume: Resource<"aws_ebs_volume">, certificate: ReturnType<Block["of"]>,
): Readonly<Record<string, Text>> {
  return {
    ENGINE: database.engine,
    OWNER: engine.owner,
    NAME: host,
    NEEDED: engine.needed.join(" "),
    VOLUME: volume.of("id"),
    CERTIFICATE: certificate,
    PARAMETERS: path,
    SECRETS: usersPath(place, database),
    AWS_DEFAULT_REGION: place.shared.region,
  };
}

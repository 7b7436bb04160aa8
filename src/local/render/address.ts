import { keyPrefix } from "../../model/database.ts";
import type { Environment, Shared } from "../../model/model.ts";
import type { Text } from "../../model/text.ts";
import { queueUrl, topicArn } from "./messaging.ts";
import type { EnvironmentValue } from "./process.ts";

/** Where parts answer on this machine. Ports are given, not chosen: choosing is an effect. */
export interface Addresses {
  readonly edgePort: number;
  /** Ports of databases, by name. */
  readonly databasePorts: Readonly<Record<string, number>>;
  /** Ports of services that other services call, by name: many resolvers do not know names below `localhost`. */
  readonly internalPorts: Readonly<Record<string, number>>;
  /** Port at which SNS and SQS are spoken to; 0 where nobody publishes or consumes. */
  readonly messagingPort: number;
}

/** `api` → `api.dailyge.localhost`: the names of a site or service for browsers and curl (RFC 6761, 6.3). */
export function hostNames(shared: Shared, part: { readonly host: string; readonly apex?: boolean }): readonly string[] {
  return [`${part.host}.${shared.name}.localhost`, ...(part.apex === true ? [`${shared.name}.localhost`] : [])];
}

/** The address of a site or service as a browser writes it; null when it has no host. */
export function publicUrl(name: string, shared: Shared, environment: Environment, edgePort: number): string | null {
  const host = environment.sites.find((site) => site.name === name)?.host ?? environment.services.find((service) => service.name === name)?.endpoint?.host;
  return host === undefined ? null : `http://${host}.${shared.name}.localhost:${edgePort}`;
}

/** Services that another service calls inside the platform. */
export function calledServices(environment: Environment): readonly string[] {
  return environment.services.map(({ name }) => name).filter((name) => environment.services.some(({ calls }) => calls.includes(name)));
}

/** Where the password of a service's own user of a database is kept. */
export const databaseUserSecret = (database: string, service: string): string => `databases/${database}/users/${service}`;

/** Where the value of a service's secret variable is kept. */
export const serviceSecret = (service: string, name: string): string => `services/${service}/${name}`;

/** A text of the definition as one service sees it. Throws on a reference to nothing: `resolve` lets none through. */
export function localText(text: Text, reader: string, shared: Shared, environment: Environment, addresses: Addresses): EnvironmentValue["value"] {
  return text.flatMap((piece) => (typeof piece === "string" ? [piece] : reference(piece, reader, shared, environment, addresses)));
}

function reference(
  { part, field }: Exclude<Text[number], string>,
  reader: string,
  shared: Shared,
  environment: Environment,
  addresses: Addresses,
): EnvironmentValue["value"] {
  if (field === "arn") return [topicArn(part, shared, environment)];
  if (field === "queue") return [queueUrl(part, reader, shared, environment, addresses.messagingPort)];
  const database = environment.databases.find(({ name }) => name === part);
  if (database === undefined) {
    const internal = reader === part || environment.sites.some(({ name }) => name === reader) ? undefined : addresses.internalPorts[part];
    const url = internal === undefined ? publicUrl(part, shared, environment, addresses.edgePort) : `http://127.0.0.1:${internal}`;
    if (url === null) throw new Error(`{${part}.${field}} refers to nothing`);
    return [url];
  }
  const port = String(addresses.databasePorts[part]);
  const password = { secret: databaseUserSecret(part, reader) };
  const schema = database.engine === "redis" ? null : database.schema;
  const answers: Partial<Record<typeof field, EnvironmentValue["value"]>> = {
    host: ["127.0.0.1"],
    port: [port],
    ...(schema === null ? { prefix: [keyPrefix(reader)] } : { database: [schema] }),
    user: [reader],
    password: [password],
    url: [`${database.engine}://${encodeURIComponent(reader)}:`, { ...password, encode: "url" }, `@127.0.0.1:${port}${schema === null ? "" : `/${schema}`}`],
  };
  const answer = answers[field];
  if (answer === undefined) throw new Error(`{${part}.${field}} refers to nothing`);
  return answer;
}

import { keyPrefix } from "../../model/database.ts";
import type { Service } from "../../model/service.ts";
import { SECRET_DATABASE_FIELDS, type PartReference, type Text as ModelText } from "../../model/text.ts";
import { wiring } from "../../model/wiring.ts";
import { joined, text, type Resource, type Text } from "../terraform.ts";
import type { Linked } from "./linked.ts";
import type { RenderedDatabase } from "./database.ts";
import type { Place } from "./place.ts";
import { textAsDeployed } from "./renamed.ts";

type Secret = Resource<"aws_secretsmanager_secret">;

/** What a container gets as its environment: values that anyone may read, and secrets by where they are kept. */
export interface TaskEnvironment {
  readonly environment: readonly { readonly name: string; readonly value: Text }[];
  readonly secrets: readonly { readonly name: string; readonly valueFrom: Text }[];
  /** The ARNs of these secrets, each once. */
  readonly kept: readonly Text[];
}

/** The wiring of a service as ECS takes it: references to a password become secrets, all others text. */
export function taskEnvironment(
  place: Place, service: Service, databases: readonly RenderedDatabase[], own: ReadonlyMap<string, Secret>, linked: Linked,
): TaskEnvironment {
  // Variables are called by the names that the definition has, and mean what is on AWS.
  const defined = place.defined.services.find(({ name }) => name === service.name) ?? service;
  const variables = wiring(defined, place.defined).map(({ name, value }) => ({ name, value: textAsDeployed(place.defined, value) }))
    .map((variable) => ({ ...variable, user: userSecret(service, databases, variable.value) }));
  const users = variables.flatMap(({ name, user }) =>
    user ? [{ name, secret: user.secret, valueFrom: text`${user.secret.of("arn")}:${user.field}::` }] : [],
  );
  const others = [...own].map(([name, secret]) => ({ name, secret, valueFrom: secret.of("arn") }));
  const secrets = [...users, ...others];
  const written = (value: ModelText) => joined(value.map((piece) => valueOf(service, databases, linked, piece)));
  return {
    environment: variables.flatMap(({ name, value, user }) => (user ? [] : [{ name, value: written(value) }])),
    secrets: secrets.map(({ name, valueFrom }) => ({ name, valueFrom })),
    kept: [...new Map(secrets.map(({ secret }) => [secret.address, secret.of("arn")])).values()],
  };
}

const secretFields: readonly string[] = SECRET_DATABASE_FIELDS;

/** The secret, and its field, that a text stands for when it stands for a password. */
function userSecret(service: Service, databases: readonly RenderedDatabase[], [piece]: ModelText) {
  if (piece === undefined || typeof piece === "string" || !secretFields.includes(piece.field)) return undefined;
  const secret = databases.find(({ database }) => database.name === piece.part)?.users.get(service.name);
  return secret && { secret, field: piece.field };
}

function valueOf(service: Service, databases: readonly RenderedDatabase[], linked: Linked, piece: string | PartReference): Text {
  if (typeof piece === "string") return piece;
  const found = databases.find(({ database }) => database.name === piece.part);
  if (!found) return linked(piece) ?? unknown(service, piece);
  switch (piece.field) {
    case "host": return found.host;
    case "port": return String(found.port);
    case "user": return service.name;
    case "database": return found.database.engine === "redis" ? unknown(service, piece) : found.database.schema;
    case "prefix": return found.database.engine === "redis" ? keyPrefix(service.name) : unknown(service, piece);
    case "password":
    case "url":
    case "arn":
    case "queue": return unknown(service, piece);
  }
}

/** Resolving the definition refuses these, so that no renderer meets them. */
function unknown(service: Service, { part, field }: PartReference): never {
  throw new Error(`service ${service.name} refers to {${part}.${field}}, which has no value that stands in a text`);
}

import { suggest } from "../../kit/suggest.ts";
import { DATABASE_FIELDS, SECRET_DATABASE_FIELDS, type PartReference, type Text, type TopicField } from "../text.ts";
import type { Place } from "./place.ts";
import { didYouMean } from "./read.ts";
import type { Scope } from "./scope.ts";

/** Who writes the text: it decides what the text may refer to. */
export interface Writer {
  readonly kind: "service" | "site";
  readonly name: string;
  /** Databases, topics and services that it uses. */
  readonly uses: readonly string[];
  /** Topics that it consumes. */
  readonly consumes: readonly string[];
}

const TOPIC_FIELDS: readonly TopicField[] = ["arn", "queue"];
const ALL_FIELDS: readonly string[] = [...Object.values(DATABASE_FIELDS).flat(), ...TOPIC_FIELDS];

/** What may be a reference: braces around `name.field`, nothing else in them. */
const BRACES = /(\$?)\{(\s*)([A-Za-z][\w-]*)\.([A-Za-z]\w*)(\s*)\}/g;

/** Splits text into literals and references. Undefined: one of them was wrong, and the place has been told. */
export function resolveText(written: string, writer: Writer, scope: Scope, at: Place): Text | undefined {
  const pieces: (string | PartReference)[] = [];
  let good = true;
  let literalFrom = 0;
  for (const match of written.matchAll(BRACES)) {
    const [whole, dollar = "", blank = "", part = "", field = "", blankAfter = ""] = match;
    if (!isMeant(part, field, scope)) continue;
    const plain = dollar + blank + blankAfter === "";
    const reference = plain ? referenceTo(part, field, writer, scope, at) : at.error("unknown-reference", `${whole} looks like a reference and would stay as it is`, `write {${part}.${field}}`);
    if (reference === undefined) good = false;
    else pieces.push(written.slice(literalFrom, match.index), reference);
    literalFrom = match.index + whole.length;
  }
  pieces.push(written.slice(literalFrom));
  const text = pieces.filter((piece) => piece !== "");
  if (text.length > 1) for (const piece of text) if (isSecret(piece, scope)) good = tellSecret(piece, at);
  return good ? text : undefined;
}

const partsOf = (scope: Scope): readonly string[] => [...scope.databases, ...scope.topics, ...scope.services, ...scope.sites];

/** All other braces are literal, so a part must be known, or be nearly so and the field be one that exists. */
function isMeant(part: string, field: string, scope: Scope): boolean {
  return partsOf(scope).includes(part) || (ALL_FIELDS.includes(field) && suggest(part, partsOf(scope)) !== undefined);
}

function referenceTo(part: string, field: string, writer: Writer, scope: Scope, at: Place): PartReference | undefined {
  if (!partsOf(scope).includes(part)) {
    return at.error("unknown-reference", `{${part}.${field}} refers to no part`, didYouMean(part, partsOf(scope), "the parts are"));
  }
  if (scope.topics.includes(part)) return topicReference(part, field, writer, at);
  return scope.databases.includes(part) ? databaseReference(part, field, writer, scope, at) : addressReference(part, field, writer, scope, at);
}

function databaseReference(part: string, field: string, writer: Writer, scope: Scope, at: Place): PartReference | undefined {
  const fields = DATABASE_FIELDS[scope.engines[part] ?? "mysql"];
  const known = fields.find((each) => each === field);
  if (known === undefined) return at.error("unknown-reference", `a ${scope.engines[part] ?? "mysql"} database has no field "${field}"`, didYouMean(field, fields, "its fields are"));
  if (writer.kind === "site") {
    return at.error("unusable-reference", `{${part}.${field}} in a site: its files are public, and a browser cannot reach a database`, `refer to a service that uses ${part}`);
  }
  if (writer.uses.includes(part)) return { part, field: known };
  return at.error("unusable-reference", `{${part}.${field}}: "${writer.name}" does not use ${part}, so it has no access to it`, `add "${part}" to uses`);
}

function topicReference(part: string, field: string, writer: Writer, at: Place): PartReference | undefined {
  const known = TOPIC_FIELDS.find((each) => each === field);
  if (known === undefined) return at.error("unknown-reference", `a topic has no field "${field}"`, didYouMean(field, TOPIC_FIELDS, "its fields are"));
  if (writer.kind === "site") return at.error("unusable-reference", `{${part}.${field}} in a site: its files are public, and a browser cannot reach a topic`, `refer to a service that uses ${part}`);
  const [linked, link] = known === "arn" ? [writer.uses, "uses"] : [writer.consumes, "consumes"];
  if (linked.includes(part)) return { part, field: known };
  return at.error("unusable-reference", `{${part}.${field}}: ${part} is not in the ${link} of "${writer.name}"`, `add "${part}" to ${link}`);
}

function addressReference(part: string, field: string, writer: Writer, scope: Scope, at: Place): PartReference | undefined {
  if (field !== "url") return at.error("unknown-reference", `${part} has no field "${field}"`, `write {${part}.url}, its public address`);
  if (!scope.withHost.includes(part)) return at.error("unusable-reference", `{${part}.url}: ${part} has no host, and so no address`, `give ${part} a host`);
  if (writer.kind === "service" && part !== writer.name && scope.services.includes(part) && !writer.uses.includes(part)) {
    return at.error("unusable-reference", `{${part}.url}: "${writer.name}" does not use ${part}, so it cannot reach it`, `add "${part}" to uses: it is then its address inside the platform`);
  }
  return { part, field };
}

const isSecret = (piece: string | PartReference, scope: Scope): piece is PartReference =>
  typeof piece !== "string" && scope.databases.includes(piece.part) && SECRET_DATABASE_FIELDS.some((field) => field === piece.field);

function tellSecret({ part, field }: PartReference, at: Place): false {
  at.error("secret-inside-text", `{${part}.${field}} holds a password and stands inside longer text, where no target can put it`, `let it be the whole value: "{${part}.${field}}"`);
  return false;
}

import type { Attribute, Block, Kind, NestedBlock } from "../schema/format.ts";
import { asBody, asList, type Body } from "./configuration.ts";
import { expressionsIn, mentionsIn } from "./template.ts";

/** Something that Terraform would refuse. */
export interface Problem {
  /** `aws_vpc.main.cidr_block` */
  readonly at: string;
  readonly message: string;
}

/** The kind of value that an expression stands for; undefined when that cannot be told. */
export type Finder = (code: string) => Kind | undefined;

/** Compares what is written in a block with its schema, nested blocks included. */
export function checkBlock(at: string, body: Body, { attributes = {}, block_types = {} }: Block, find: Finder): readonly Problem[] {
  const known = [...Object.keys(attributes), ...Object.keys(block_types)];
  const unknown = Object.keys(body).filter((key) => !known.includes(key));
  return [
    ...unknown.map((key) => ({ at: `${at}.${key}`, message: `there is no argument ${key} here` })),
    ...Object.entries(attributes).flatMap(([key, attribute]) => checkAttribute(`${at}.${key}`, body[key], attribute, find)),
    ...Object.entries(block_types).flatMap(([key, nested]) => checkNested(`${at}.${key}`, body[key], nested, find)),
  ];
}

function checkAttribute(at: string, value: unknown, attribute: Attribute, find: Finder): readonly Problem[] {
  if (value === undefined || value === null) return attribute.required ? [{ at, message: "it is missing" }] : [];
  if (!attribute.optional && !attribute.required) return [{ at, message: "it is the provider's to say, not ours" }];
  const leaked = attribute.write_only ? [] : ephemeralIn(value);
  const leaks = leaked.map((address) => ({ at, message: `${address} would get into the state here` }));
  return [...leaks, ...checkKind(at, value, attribute.type, find)];
}

function ephemeralIn(value: unknown): readonly string[] {
  if (typeof value === "string") {
    const addresses = expressionsIn(value).flatMap(({ code }) => mentionsIn(code).blocks.map(({ address }) => address));
    return addresses.filter((address) => address.startsWith("ephemeral."));
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(ephemeralIn) : [];
}

function checkNested(at: string, value: unknown, nested: NestedBlock, find: Finder): readonly Problem[] {
  const { block, min_items = 0, max_items = Number.POSITIVE_INFINITY } = nested;
  const written = asList(value);
  const most = nested.nesting_mode === "single" ? 1 : max_items;
  return [
    ...(written.length < min_items ? [{ at, message: min_items === 1 ? "it is missing" : `at least ${min_items} are needed` }] : []),
    ...(written.length > most ? [{ at, message: `at most ${most} may be here` }] : []),
    ...written.flatMap((each) => (isObject(each) ? checkBlock(at, asBody(each), block, find) : [{ at, message: "it is a block, not a value" }])),
  ];
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

function checkKind(at: string, value: unknown, kind: Kind, find: Finder): readonly Problem[] {
  const [expression] = typeof value === "string" ? expressionsIn(value).filter(({ alone }) => alone) : [];
  const seen = expression && find(expression.code);
  if (seen !== undefined && !fits(seen, kind)) return [{ at, message: `it is ${kindText(kind)}, and ${expression?.code} is ${kindText(seen)}` }];
  return expression ? [] : checkLiteral(at, value, kind, find);
}

function checkLiteral(at: string, value: unknown, kind: Kind, find: Finder): readonly Problem[] {
  if (kind === "dynamic") return [];
  const wrong = [{ at, message: `it is ${kindText(kind)}, and ${JSON.stringify(value)} is none` }];
  if (typeof kind === "string") return isPrimitive(value, kind) ? [] : wrong;
  if (kind[0] === "object") return isObject(value) ? checkBlock(at, asBody(value), { attributes: fieldsOf(kind[1]) }, find) : wrong;
  const inner = kind[1];
  if (kind[0] === "map") return isObject(value) ? Object.entries(asBody(value)).flatMap(([key, each]) => checkKind(`${at}.${key}`, each, inner, find)) : wrong;
  return Array.isArray(value) ? value.flatMap((each) => checkKind(at, each, inner, find)) : wrong;
}

/** The fields of an object; unlike a block's arguments, all of them have to be written. */
const fieldsOf = (kinds: Readonly<Record<string, Kind>>): Readonly<Record<string, Attribute>> =>
  Object.fromEntries(Object.entries(kinds).map(([name, type]) => [name, { type, required: true as const }]));

/** Terraform turns numbers and truth values into text, and text that reads like one into that. */
function isPrimitive(value: unknown, kind: "string" | "number" | "bool"): boolean {
  if (typeof value === "string") {
    const open = expressionsIn(value).length > 0;
    return open || kind === "string" || (kind === "number" ? /^-?\d+(\.\d+)?$/.test(value) : value === "true" || value === "false");
  }
  return typeof value === "number" ? kind !== "bool" : typeof value === "boolean" && kind !== "number";
}

/** Whether a value of one kind may stand where another is asked for: primitives turn into each other, collections only into collections. */
function fits(seen: Kind, wanted: Kind): boolean {
  if (seen === "dynamic" || wanted === "dynamic") return true;
  return (typeof seen === "string") === (typeof wanted === "string");
}

function kindText(kind: Kind): string {
  if (kind === "bool") return "true or false";
  if (kind === "string") return "a text";
  if (kind === "number") return "a number";
  return kind === "dynamic" ? "any value" : `a ${kind[0]}`;
}

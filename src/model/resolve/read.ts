import { suggest } from "../../kit/suggest.ts";
import type { Place } from "./place.ts";

/** Takes a value that may be anything. Undefined: it was wrong, and the place has been told. */
export type Reader<T> = (value: unknown, at: Place) => T | undefined;

/** A reader for each field of a definition; a new field does not compile until its table has it. */
export type Fields<Definition> = { readonly [Name in keyof Required<Definition>]: Reader<unknown> };

type Table = Readonly<Record<string, Reader<unknown>>>;
export type Read<T extends Table> = { readonly [Name in keyof T]: ReturnType<T[Name]> };
type Complete<T extends Table> = { readonly [Name in keyof T]: Exclude<ReturnType<T[Name]>, undefined> };

/**
 * Reads an object's fields. Those that are wrong come out undefined, so that the others can still be judged.
 * `elsewhere` says of an unknown field where it belongs, if it is known there.
 */
export function readFields<T extends Table>(fields: T, what: string, value: unknown, at: Place, elsewhere: (name: string) => string | undefined = () => undefined): Read<T> | undefined {
  if (!isRecord(value)) return at.error("wrong-type", `${what} is to be an object, not ${given(value)}`, `write { ${Object.keys(fields).slice(0, 3).join(", ")} ... }`);
  const misspelt = new Set<string | undefined>();
  for (const name of Object.keys(value).filter((each) => !Object.hasOwn(fields, each))) {
    at.field(name).error("unknown-field", `${what} has no field "${name}"`, elsewhere(name) ?? didYouMean(name, Object.keys(fields), "its fields are"));
    misspelt.add(suggest(name, Object.keys(fields)));
  }
  // A misspelt field is not missing as well.
  const field = (name: string, reader: Reader<unknown>) => (misspelt.has(name) && value[name] === undefined ? undefined : reader(value[name], at.field(name)));
  return Object.fromEntries(Object.entries(fields).map(([name, reader]) => [name, field(name, reader)])) as Read<T>;
}

/** The same fields when none of them was wrong. */
export function complete<T extends Table>(read: Read<T>): Complete<T> | undefined {
  return Object.values(read).includes(undefined) ? undefined : (read as Complete<T>);
}

/** An object with these fields. */
export function object<T extends Table>(fields: T, what: string): Reader<Complete<T>> {
  return (value, at) => {
    const read = readFields(fields, what, value, at);
    return read && complete(read);
  };
}

/** A field that must be written; the example shows how. */
export function required<T>(read: Reader<T>, example: string): Reader<T> {
  return (value, at) => {
    if (value !== undefined) return read(value, at);
    const name = at.path.split(".").at(-1) ?? "";
    return at.error("missing-field", `"${name}" is missing`, `add ${name}: ${example}`);
  };
}

/** A field that may be left out, and what it then is. */
export function optional<T, Otherwise>(read: Reader<T>, otherwise: Otherwise): Reader<T | Otherwise> {
  return (value, at) => (value === undefined ? otherwise : read(value, at));
}

/** Text of any kind. */
export const text: Reader<string> = (value, at) => {
  if (typeof value === "string") return value;
  const fix = typeof value === "number" || typeof value === "boolean" ? `put it in quotes: "${value}"` : 'write it in quotes: "..."';
  return at.error("wrong-type", `this is to be text, not ${given(value)}`, fix);
};

export const flag: Reader<boolean> = (value, at) =>
  typeof value === "boolean" ? value : at.error("wrong-type", `this is to be true or false, not ${given(value)}`, "write true or false, without quotes");

/** A number in this range; `why` says whose range it is. */
export function number(range: { readonly from: number; readonly to: number; readonly whole: boolean; readonly why?: string }): Reader<number> {
  return (value, at) => {
    if (typeof value !== "number") {
      return at.error("wrong-type", `this is to be a number, not ${given(value)}`, `write a number from ${range.from} to ${range.to}, without quotes`);
    }
    if (value >= range.from && value <= range.to && (!range.whole || Number.isInteger(value))) return value;
    const message = range.whole && !Number.isInteger(value) ? `${value} is not a whole number` : `${value} is out of range${range.why ? `: ${range.why}` : ""}`;
    return at.error("bad-number", message, `write a ${range.whole ? "whole " : ""}number from ${range.from} to ${range.to}`);
  };
}

export const port = number({ from: 1, to: 65_535, whole: true, why: "it is no TCP port" });

/** A list, of which each item is read; one wrong item makes it wrong. */
export function list<T>(read: Reader<T>): Reader<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) return at.error("wrong-type", `this is to be a list, not ${given(value)}`, "write it in brackets: [...]");
    const items = Array.from<unknown>(value).map((item, index) => read(item, at.item(index)));
    return items.every((item) => item !== undefined) ? items : undefined;
  };
}

/** A list in which nothing stands twice. */
export function distinct<T>(read: Reader<T>, key: (item: T) => string): Reader<readonly T[]> {
  return (value, at) => {
    const seen = new Set<string>();
    return list<T>((written, there) => {
      const item = read(written, there);
      if (item === undefined) return undefined;
      if (seen.has(key(item))) return there.error("duplicate", `"${key(item)}" stands here twice`, "take one of them out");
      seen.add(key(item));
      return item;
    })(value, at);
  };
}

/** One of the names that exist. */
export function nameOf(kind: string, known: readonly string[], { listed, group } = { listed: `the ${kind}s are`, group: `${kind}s` }): Reader<string> {
  return (value, at) => {
    const name = text(value, at);
    if (name === undefined || known.includes(name)) return name;
    const fix = known.length > 0 ? didYouMean(name, known, listed) : `add it, ${group}: { ${name}: {...} }, or take the name out here`;
    return at.error("unknown-name", `there is no ${kind} "${name}"`, fix);
  };
}

/** One of these words. */
export function oneOf<Known extends string>(known: readonly Known[], what: string): Reader<Known> {
  return (value, at) => {
    const written = text(value, at);
    const found = known.find((each) => each === written);
    if (written === undefined || found !== undefined) return found;
    return at.error("unknown-name", `there is no ${what} ${quoted(written)}`, didYouMean(written, known, "there are"));
  };
}

/** Names and what they stand for, in the order in which they are written; undefined values count as not written. */
export function entries(value: unknown, at: Place, what: string): readonly (readonly [string, unknown])[] | undefined {
  if (value === undefined) return [];
  if (isRecord(value)) return Object.entries(value).filter(([, each]) => each !== undefined);
  return at.error("wrong-type", `${what} are to be an object with a name for each, not ${given(value)}`, "write { name: {...} }");
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** "did you mean" the nearest of the known names, else a list of them. */
export function didYouMean(name: string, known: readonly string[], listed: string): string {
  const near = suggest(name, known);
  return near === undefined ? `${listed} ${known.join(", ")}` : `did you mean "${near}"?`;
}

/** A value in words, short. */
export function given(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "string") return `the text ${quoted(value)}`;
  if (typeof value === "number" || typeof value === "bigint") return `the number ${value}`;
  if (typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return "a list";
  if (value instanceof Promise) return "a promise";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Text in quotes, cut where it is long. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value);
}

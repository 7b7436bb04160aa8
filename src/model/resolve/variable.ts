import { variablePrefix } from "../wiring.ts";
import type { Secret, Variable } from "../service.ts";
import type { Place } from "./place.ts";
import { distinct, entries, isRecord, object, quoted, required, text, type Reader } from "./read.ts";
import { resolveText, type Writer } from "./reference.ts";
import type { Scope } from "./scope.ts";

/** Variables that the platform sets itself, and what they say. */
const RESERVED: Readonly<Record<Writer["kind"], Readonly<Record<string, string>>>> = {
  site: { PATH: "where programs are", HOME: "the user's directory" },
  service: {
    PATH: "where programs are",
    HOME: "the user's directory",
    HOST: "the address to serve on",
    PORT: "the port to serve on",
    METRICS_PORT: "the port to show metrics on",
    RELEASE: "which release runs",
    PLATFORM_ENVIRONMENT: "which environment it is",
  },
};

/** A site's or service's own variables, references resolved. */
export function variables(writer: Writer, scope: Scope): Reader<readonly Variable[]> {
  return (value, at) => {
    const read = entries(value, at, "variables")?.map(([name, written]) => variable(name, written, writer, scope, at.field(name)));
    return read?.every((each) => each !== undefined) ? read : undefined;
  };
}

function variable(name: string, value: unknown, writer: Writer, scope: Scope, at: Place): Variable | undefined {
  const named = isVariableName(name, writer.kind, at);
  const written = text(value, at);
  if (written?.includes("\0")) return at.error("bad-variable", "a variable cannot hold the character of code 0", "take it out");
  const resolved = written === undefined ? undefined : resolveText(written, writer, scope, at);
  return named && resolved !== undefined ? { name, value: resolved } : undefined;
}

function isVariableName(name: string, kind: Writer["kind"], at: Place): boolean {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    const meant = name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_").replace(/^\d/, "_$&");
    at.error("bad-variable", `${quoted(name)} cannot name a variable: only letters, digits and _, not beginning with a digit`, `did you mean "${meant}"?`);
    return false;
  }
  const says = Object.hasOwn(RESERVED[kind], name) ? RESERVED[kind][name] : undefined;
  if (says === undefined) return true;
  at.error("reserved-variable", `the platform itself sets ${name}: it says ${says}`, "choose another name, or take it out");
  return false;
}

/** The name of a secret, which no other variable may hide. */
function secretName(written: readonly string[], uses: readonly string[]): Reader<string> {
  return (value, at) => {
    const name = text(value, at);
    if (name === undefined || !isVariableName(name, "service", at)) return undefined;
    if (written.includes(name)) return at.error("variable-taken", `${name} is both a secret and a variable of environment`, "take it out of one of them");
    const link = uses.find((part) => WIRED.some((field) => name === `${variablePrefix(part)}_${field}`));
    return link === undefined ? name : at.error("variable-taken", `${name} comes from using ${link}`, "take it out, or choose another name");
  };
}

/** What the variables of a link end with: see `wiring`. */
const WIRED = ["HOST", "PORT", "DATABASE", "USER", "PASSWORD", "URL", "PREFIX", "TOPIC_ARN", "QUEUE_URL"];

const generate: Reader<true> = (value, at) =>
  value === true ? true : at.error("wrong-type", "generate can only be true", "write the name alone for a secret that a person sets");

/** A service's secrets, given the names of its other variables and the parts that it is linked to. */
export function secrets(written: readonly string[], uses: readonly string[]): Reader<readonly Secret[]> {
  const name = secretName(written, uses);
  const generated = object({ name: required(name, '"SESSION_KEY"'), generate: required(generate, "true") }, "a secret");
  const secret: Reader<Secret> = (value, at) => {
    if (isRecord(value)) {
      const read = generated(value, at);
      return read && { name: read.name, generated: true };
    }
    const alone = name(value, at);
    return alone === undefined ? undefined : { name: alone, generated: false };
  };
  return distinct(secret, (each) => each.name);
}

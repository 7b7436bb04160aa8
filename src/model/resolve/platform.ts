import type { EnvironmentDefinition } from "../../definition/environment.ts";
import type { PlatformDefinition } from "../../definition/platform.ts";
import type { Shared } from "../model.ts";
import { checkDelivery, delivery } from "./delivery.ts";
import { domain, hostsPattern } from "./host.ts";
import { isName } from "./name.ts";
import type { Place } from "./place.ts";
import { distinct, entries, flag, given, oneOf, optional, quoted, readFields, required, text, type Fields, type Read, type Reader } from "./read.ts";
import { PARTS } from "./parts.ts";
import { region, timezone } from "./region.ts";

/** What is written of one environment; undefined where it is wrong. */
export interface Stage extends Read<typeof ENVIRONMENT> {
  readonly name: string;
}

/** The platform before its parts are known; undefined where it is wrong. */
export interface Outline {
  readonly shared: { readonly [Name in Exclude<keyof Shared, "images">]: Shared[Name] | undefined };
  readonly stages: readonly Stage[];
  /** Asked once for each environment. */
  readonly platform: ((context: { readonly environment: string }) => unknown) | undefined;
}

export function resolveOutline(definition: unknown, at: Place): Outline | undefined {
  const read = readFields(PLATFORM, "a platform", definition, at, (name) => (Object.hasOwn(PARTS, name) ? `it is one of its parts: platform: () => parts({ ${name}: {...} })` : undefined));
  if (!read) return undefined;
  const { name, domain, zone, region, timezone, delivery, environments, platform } = read;
  checkDelivery(delivery, environments ?? [], at);
  const account = read.account === null ? environments?.at(-1)?.account ?? null : read.account;
  const certificateAuthorities = authorities(zone, read.certificateAuthorities);
  return { shared: { name, domain, zone, certificateAuthorities, region, timezone, account, delivery }, stages: environments ?? [], platform };
}

/** Amazon's own among them, without whom nothing here has a certificate. https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html */
function authorities(zone: Shared["zone"] | undefined, written: readonly string[] | null | undefined): readonly string[] | undefined {
  if (zone === undefined || written === undefined) return undefined;
  if (written === null) return zone === "own" ? [AMAZON] : [];
  return [AMAZON, ...written.filter((name) => name !== AMAZON)];
}

const AMAZON = "amazon.com";

const platformName: Reader<string> = (value, at) => {
  const name = text(value, at);
  return name !== undefined && isName("platform", name, at) ? name : undefined;
};

const account: Reader<string> = (value, at) => {
  if (typeof value === "number") return at.error("bad-account", "an account's number may begin with 0, so it is text", 'put it in quotes: "111122223333"');
  const written = text(value, at);
  if (written === undefined || /^\d{12}$/.test(written)) return written;
  const digits = written.replaceAll(/\D/g, "");
  const fix = digits.length === 12 ? `write "${digits}"` : "look it up: aws sts get-caller-identity";
  return at.error("bad-account", `${quoted(written)} is no AWS account: it has twelve digits and nothing else`, fix);
};

/** What `git check-ref-format --branch` takes, without its rarest rules. */
const branch: Reader<string> = (value, at) => {
  const written = text(value, at);
  const good = written === undefined || (/^[^\s~^:?*[\\\u0000-\u001f\u007f]+$/.test(written) && !/^[-/]|\.\.|\/\/|@\{|[/.]$|\.lock$/.test(written));
  return good ? written : at.error("bad-branch", `${quoted(written)} is no name of a git branch`, 'write one such as "main"');
};

const ENVIRONMENT = {
  branch: required(branch, '"main"'),
  hosts: optional(hostsPattern, "{host}"),
  account: optional(account, null),
  guarded: optional(flag, false),
} satisfies Fields<EnvironmentDefinition>;

const environments: Reader<readonly Stage[]> = (value, at) => {
  const written = entries(value, at, "environments");
  if (!written) return undefined;
  if (written.length === 0) return at.error("empty", "a platform without environments runs nowhere", 'write one: environments: { prod: { branch: "main" } }');
  return written.map(([name, definition]) => {
    const there = at.field(name);
    isName("environment", name, there);
    return { name, ...(readFields(ENVIRONMENT, "an environment", definition, there) ?? NO_ENVIRONMENT) };
  });
};

const NO_ENVIRONMENT = { branch: undefined, hosts: undefined, account: undefined, guarded: undefined };

const callback: Reader<(context: { readonly environment: string }) => unknown> = (value, at) =>
  isFunction(value) ? value : at.error("wrong-type", `platform is to be a function, not ${given(value)}`, "write platform: ({ environment }) => parts({...})");

const isFunction = (value: unknown): value is (context: { readonly environment: string }) => unknown => typeof value === "function";

const PLATFORM = {
  name: required(platformName, '"shop"'),
  domain: required(domain, '"example.com"'),
  region: required(region, '"ap-northeast-2"'),
  zone: optional(oneOf<Shared["zone"]>(["own", "existing"], "zone"), "own" as const),
  certificateAuthorities: optional(distinct(domain, (name) => name), null),
  account: optional(account, null),
  timezone: optional(timezone, "UTC"),
  environments: required(environments, '{ prod: { branch: "main" } }'),
  delivery: optional(delivery, null),
  platform: required(callback, "({ environment }) => parts({...})"),
} satisfies Fields<PlatformDefinition>;

import { addressesIn, asBody, asList, ofType, texts, type Body, type Configuration } from "../../src/aws/read/configuration.ts";
import type { TerraformDirectory } from "../../src/aws/render/index.ts";
import { inside } from "./addresses.ts";
import { configurationOf } from "./rendered.ts";

/** One request, as a web ACL sees it: one character is one byte. */
export interface Asked {
  /** With its query, if it has one. */
  readonly path: string;
  readonly source: string;
  /** Seconds since some beginning. @default 0 */
  readonly at?: number;
  /** By their names in small letters. @default none */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What a rendered web ACL says to requests, in their order, by https://docs.aws.amazon.com/waf/latest/developerguide/:
 * rules by their priorities, the first that blocks or allows decides. Counts are exact here; AWS's come late. What AWS's
 * own groups hold is not known here: they let everything through. Null: let through.
 */
export function firewallAnswers(directory: TerraformDirectory, requests: readonly Asked[], name = "edge"): readonly (Body | null)[] {
  const configuration = configurationOf(directory);
  const acl = ofType(configuration, "aws_wafv2_web_acl").find((block) => block.name === name);
  if (!acl) throw new Error(`${directory.name} has no web ACL ${name}`);
  const rules = asList(acl.body["rule"]).map(asBody).sort((one, other) => Number(one["priority"]) - Number(other["priority"]));
  const counts = new Map<Body, Counted[]>();
  return requests.map((request) => {
    const judged: Judged = { configuration, request, labels: new Set(), counts };
    for (const { action, override_action, statement, rule_label } of rules) {
      if (override_action !== undefined || !matches(statement, judged)) continue;
      for (const label of asList(rule_label).map(asBody)) judged.labels.add(String(label["name"]));
      const { block, allow } = asBody(action);
      if (block !== undefined) return refusal(block);
      if (allow !== undefined) return null;
    }
    const { block } = asBody(acl.body["default_action"]);
    return block === undefined ? null : refusal(block);
  });
}

/** https://docs.aws.amazon.com/waf/latest/developerguide/customizing-the-response-for-blocked-requests.html */
const refusal = (block: unknown): Body => asBody(asBody(block)["custom_response"] ?? { response_code: 403 });

interface Counted {
  readonly source: string;
  readonly at: number;
}

interface Judged {
  readonly configuration: Configuration;
  readonly request: Asked;
  readonly labels: Set<string>;
  /** What each rate-based statement has counted. */
  readonly counts: Map<Body, Counted[]>;
}

/** Whether a statement matches; none at all matches everything. */
function matches(statement: unknown, judged: Judged): boolean {
  if (statement === undefined) return true;
  const [[kind, value] = ["", {}], ...more] = Object.entries(asBody(statement));
  if (more.length > 0) throw new Error(`a statement is of one kind, and this is also ${more.map(([other]) => other).join(", ")}`);
  return (KINDS[kind] ?? (() => unknown(kind)))(asBody(value), judged);
}

const KINDS: Readonly<Record<string, (body: Body, judged: Judged) => boolean>> = {
  and_statement: (body, judged) => several(body).every((each) => matches(each, judged)),
  or_statement: (body, judged) => several(body).some((each) => matches(each, judged)),
  not_statement: (body, judged) => !matches(body["statement"], judged),
  label_match_statement: ({ key }, { labels }) => labels.has(String(key)),
  managed_rule_group_statement: () => false,
  ip_set_reference_statement: ({ arn }, { configuration, request }) => {
    const sets = addressesIn(arn).flatMap((address) => configuration.blocks.get(address) ?? []);
    if (sets.length !== 1) throw new Error(`${String(arn)} is no set of addresses`);
    return sets.some(({ body }) => texts(body["addresses"]).some((cidr) => inside(request.source, cidr)));
  },
  regex_match_statement: (body, judged) => {
    const expression = new RegExp(String(body["regex_string"]));
    return seen(body, judged.request).some((text) => expression.test(text));
  },
  byte_match_statement: (body, judged) => {
    const compare = CONSTRAINTS[String(body["positional_constraint"])] ?? unknown(`the constraint ${String(body["positional_constraint"])}`);
    return seen(body, judged.request).some((text) => compare(text, String(body["search_string"])));
  },
  rate_based_statement: (body, { counts, ...judged }) => {
    const { source, at = 0 } = judged.request;
    if (body["aggregate_key_type"] !== "IP") return unknown(`counting by ${String(body["aggregate_key_type"])}`);
    if (!matches(body["scope_down_statement"], { counts, ...judged })) return false;
    const counted = [...(counts.get(body) ?? []), { source, at }];
    counts.set(body, counted);
    return counted.filter((each) => each.source === source && each.at > at - Number(body["evaluation_window_sec"])).length > Number(body["limit"]);
  },
};

/** `and` and `or` are of two statements at least, and neither is in itself. */
function several(body: Body): readonly unknown[] {
  const statements = asList(body["statement"]);
  if (statements.length < 2) throw new Error("AWS WAF wants two statements or more here");
  return statements;
}

const CONSTRAINTS: Readonly<Record<string, (text: string, search: string) => boolean>> = {
  EXACTLY: (text, search) => text === search,
  STARTS_WITH: (text, search) => text.startsWith(search),
  ENDS_WITH: (text, search) => text.endsWith(search),
  CONTAINS: (text, search) => text.includes(search),
};

/** The field that a statement looks at, transformed; nothing where the request has none. A fragment is no part of a path. */
function seen({ field_to_match, text_transformation }: Body, { path, headers = {} }: Asked): readonly string[] {
  const { uri_path, single_header } = asBody(field_to_match);
  const header = single_header === undefined ? undefined : headers[String(asBody(single_header)["name"])];
  const field = uri_path === undefined ? header : path.split(/[?#]/)[0];
  if (uri_path === undefined && single_header === undefined) return unknown("this field");
  if (field === undefined) return [];
  const steps = asList(text_transformation).map(asBody).sort((one, other) => Number(one["priority"]) - Number(other["priority"]));
  return [steps.reduce((text, { type }) => (TRANSFORMATIONS[String(type)] ?? (() => unknown(String(type))))(text), field)];
}

/** https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-transformation.html */
const TRANSFORMATIONS: Readonly<Record<string, (text: string) => string>> = {
  NONE: (text) => text,
  URL_DECODE: (text) => text.replaceAll("+", " ").replaceAll(/%([0-9a-f]{2})/gi, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
  NORMALIZE_PATH: (text) => {
    const kept: string[] = [];
    for (const part of text.split("/").slice(1)) {
      if (part === "..") kept.pop();
      else if (part !== "" && part !== ".") kept.push(part);
    }
    return `/${kept.join("/")}${kept.length > 0 && /\/\.{0,2}$/.test(text) ? "/" : ""}`;
  },
  LOWERCASE: (text) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()),
};

function unknown(what: string): never {
  throw new Error(`this evaluator does not know ${what}`);
}

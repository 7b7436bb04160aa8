import { contains, parseNetwork } from "../../../src/kit/address.ts";
import { addressesIn, asBody, asList, ofType, texts, type Body, type Configuration } from "../../../src/aws/read/configuration.ts";

/** One request, as a web ACL sees it. */
export interface Request {
  readonly host: string;
  readonly path: string;
  readonly source: string;
}

/**
 * What the web ACL before the load balancer makes of a request by its host, its path and where it comes from: the status of
 * its refusal, or null. What it only counts, and what AWS's own groups decide, lets it through here.
 */
export function refusal(configuration: Configuration, request: Request): number | null {
  const acl = edgeAcl(configuration);
  const rules = asList(acl?.["rule"]).map(asBody).sort((one, other) => Number(one["priority"]) - Number(other["priority"]));
  for (const { action, statement } of rules) {
    const decides = asBody(action);
    const stateless = !["rate_based_statement", "managed_rule_group_statement"].some((kind) => asBody(statement)[kind] !== undefined);
    if (!stateless || decides["count"] !== undefined || !holds(configuration, statement, request)) continue;
    if (decides["allow"] !== undefined) return null;
    return Number(asBody(asBody(decides["block"])["custom_response"])["response_code"] ?? 403);
  }
  return asBody(acl?.["default_action"])["block"] === undefined ? null : 403;
}

/** A rule that counts: how many in how long, by what, and of which requests. */
export function rates(configuration: Configuration): readonly { readonly name: string; readonly limit: number; readonly seconds: number; readonly key: string; readonly status: number | null; readonly of: (request: Request) => boolean }[] {
  return asList(edgeAcl(configuration)?.["rule"]).map(asBody).flatMap((rule) => {
    const rate = asBody(asBody(rule["statement"])["rate_based_statement"]);
    if (rate["limit"] === undefined) return [];
    const block = asBody(rule["action"])["block"];
    return [{
      name: String(rule["name"]), limit: Number(rate["limit"]), seconds: Number(rate["evaluation_window_sec"]), key: String(rate["aggregate_key_type"]),
      status: block === undefined ? null : Number(asBody(asBody(block)["custom_response"])["response_code"] ?? 403),
      of: (request: Request) => rate["scope_down_statement"] === undefined || holds(configuration, rate["scope_down_statement"], request),
    }];
  });
}

/** The groups of AWS's that are asked, each with whether it decides. */
export function managed(acl: Body): readonly string[] {
  return asList(acl["rule"]).map(asBody).flatMap(({ statement, override_action }) => {
    const group = asBody(asBody(statement)["managed_rule_group_statement"]);
    return texts(group["name"]).map((name) => `${texts(group["vendor_name"])[0] ?? "nobody"} ${name}${asBody(override_action)["none"] === undefined ? " counts" : ""}`);
  });
}

/** The one that belongs to what everyone may call. */
export function edgeAcl(configuration: Configuration): Body | undefined {
  const open = ofType(configuration, "aws_lb").filter(({ body }) => body["internal"] !== true).map(({ address }) => address);
  const [attached] = ofType(configuration, "aws_wafv2_web_acl_association").filter(({ body }) => addressesIn(body["resource_arn"]).some((address) => open.includes(address)));
  return attached && configuration.blocks.get(addressesIn(attached.body["web_acl_arn"])[0] ?? "")?.body;
}

function holds(configuration: Configuration, statement: unknown, request: Request): boolean {
  const [[kind, value] = ["", {}]] = Object.entries(asBody(statement));
  const body = asBody(value);
  const inner = asList(body["statement"]);
  switch (kind) {
    case "or_statement": return inner.some((each) => holds(configuration, each, request));
    case "and_statement": return inner.every((each) => holds(configuration, each, request));
    case "not_statement": return !inner.some((each) => holds(configuration, each, request));
    case "ip_set_reference_statement": return inSet(configuration, addressesIn(body["arn"])[0], request.source);
    case "regex_match_statement": return new RegExp(texts(body["regex_string"])[0] ?? "").test(lookedAt(body, request));
    case "byte_match_statement": return compares(String(body["positional_constraint"]), lookedAt(body, request), texts(body["search_string"])[0] ?? "");
    default: throw new Error(`this evaluator does not know ${kind}`);
  }
}

function compares(how: string, text: string, search: string): boolean {
  switch (how) {
    case "EXACTLY": return text === search;
    case "STARTS_WITH": return text.startsWith(search);
    case "ENDS_WITH": return text.endsWith(search);
    default: return text.includes(search);
  }
}

function lookedAt(body: Body, { host, path }: Request): string {
  const field = asBody(body["field_to_match"]);
  const header = asBody(asList(field["single_header"])[0])["name"];
  const text = field["uri_path"] === undefined ? (header === "host" ? host : "") : (path.split("?")[0] ?? "");
  return asList(body["text_transformation"]).map(asBody).sort((one, other) => Number(one["priority"]) - Number(other["priority"]))
    .reduce((seen, { type }) => (TRANSFORMATIONS[String(type)] ?? ((same) => same))(seen), text);
}

/** https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-transformation.html */
const TRANSFORMATIONS: Readonly<Record<string, (text: string) => string>> = {
  URL_DECODE: (text) => text.replaceAll("+", " ").replaceAll(/%([0-9a-f]{2})/gi, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
  NORMALIZE_PATH: (text) => {
    const kept: string[] = [];
    for (const part of text.split("/").slice(1)) {
      if (part === "..") kept.pop();
      else if (part !== "" && part !== ".") kept.push(part);
    }
    return `/${kept.join("/")}${kept.length > 0 && /\/\.{0,2}$/.test(text) ? "/" : ""}`;
  },
  LOWERCASE: (text) => text.toLowerCase(),
};

function inSet(configuration: Configuration, set: string | undefined, source: string): boolean {
  const inner = parseNetwork(source);
  return texts(configuration.blocks.get(set ?? "")?.body["addresses"]).some((cidr) => {
    const outer = parseNetwork(cidr);
    return outer !== undefined && inner !== undefined && contains(outer, inner);
  });
}

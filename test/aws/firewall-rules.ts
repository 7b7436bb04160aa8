import { asBody, asList, ofType, readConfiguration, texts, type Body } from "../../src/aws/read/configuration.ts";
import type { TerraformDirectory } from "../../src/aws/render/index.ts";

/** One request, as a web ACL sees it. */
export interface Asked {
  readonly path: string;
  readonly source: string;
  /** Seconds since some beginning. */
  readonly at: number;
}

/**
 * What the rendered web ACL says to requests, in their order, by https://docs.aws.amazon.com/waf/latest/developerguide/:
 * rules by their priorities, the first that blocks decides. Counts are exact here; AWS's come late. Null: let through.
 */
export function firewallAnswers(directory: TerraformDirectory, requests: readonly Asked[]): readonly (Body | null)[] {
  const [acl] = ofType(readConfiguration(directory.files), "aws_wafv2_web_acl");
  const rules = asList(acl?.body["rule"]).map(asBody).sort((one, other) => Number(one["priority"]) - Number(other["priority"]));
  const counted = rules.map(({ statement }) => asBody(asBody(statement)["rate_based_statement"]));
  return requests.map((request, index) => {
    const over = counted.findIndex((rate) => {
      const same = requests.slice(0, index + 1).filter(({ source, at, path }) =>
        source === request.source && at > request.at - Number(rate["evaluation_window_sec"]) && matches(rate["scope_down_statement"], path));
      return matches(rate["scope_down_statement"], request.path) && same.length > Number(rate["limit"]);
    });
    return rules[over] ? asBody(asBody(asBody(rules[over]["action"])["block"])["custom_response"]) : null;
  });
}

/** Whether a statement matches a path; none at all matches everything. */
function matches(statement: unknown, path: string): boolean {
  if (statement === undefined) return true;
  const [[kind, value] = ["", {}]] = Object.entries(asBody(statement));
  const body = asBody(value);
  if (kind === "or_statement") return asList(body["statement"]).some((each) => matches(each, path));
  const seen = asList(body["text_transformation"]).map(asBody).sort((one, other) => Number(one["priority"]) - Number(other["priority"]))
    .reduce((text, { type }) => (TRANSFORMATIONS[String(type)] ?? unknown)(text), path.split("?")[0] ?? "");
  if (kind === "regex_match_statement") return new RegExp(texts(body["regex_string"])[0] ?? "").test(seen);
  const [search = ""] = texts(body["search_string"]);
  if (kind !== "byte_match_statement") return unknown(kind);
  return body["positional_constraint"] === "EXACTLY" ? seen === search : seen.startsWith(search);
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

function unknown(what: string): never {
  throw new Error(`this evaluator does not know ${what}`);
}

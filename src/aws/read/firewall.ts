import { asBody, asList, blocksIn, ofType, addressesIn, texts, type Body, type Configuration, type WrittenBlock } from "./configuration.ts";
import { coversAll, meets, type Outsider } from "./security-groups.ts";

/** Requests of somebody's that a rule would take somewhere. */
export interface Requests {
  readonly outsider: Outsider;
  /** Patterns in which `*` stands for any text; undefined: any. */
  readonly hosts: readonly string[] | undefined;
  readonly paths: readonly string[] | undefined;
}

/** The web ACL that stands before a load balancer. */
export function firewallBefore(configuration: Configuration, balancer: string): WrittenBlock | undefined {
  const attached = ofType(configuration, "aws_wafv2_web_acl_association");
  return attached.filter(({ body }) => addressesIn(body["resource_arn"]).includes(balancer)).flatMap(({ body }) => blocksIn(configuration, body["web_acl_arn"])).at(0);
}

/**
 * Whether a web ACL lets some of these requests through. What cannot be told from the files, how often somebody asks or
 * what AWS's own groups hold, keeps nobody out here.
 */
export function letsThrough(configuration: Configuration, { body }: WrittenBlock, requests: Requests): boolean {
  const rules = asList(body["rule"]).map(asBody).sort((one, other) => Number(one["priority"]) - Number(other["priority"]));
  return passes(rules, asBody(body["default_action"])["block"] === undefined, { configuration, requests, known: new Map() });
}

interface Judged {
  readonly configuration: Configuration;
  readonly requests: Requests;
  /** Questions about the path, each with an answer that is supposed. */
  readonly known: ReadonlyMap<string, boolean>;
}

/** Goes through the rules, and where a question about the path decides, through both answers. */
function passes(rules: readonly Body[], otherwise: boolean, judged: Judged): boolean {
  for (const { action, statement } of rules) {
    const { block, allow } = asBody(action);
    if (block === undefined && allow === undefined) continue;
    const matches = judge(statement, judged);
    if (matches === true) return allow !== undefined;
    const question = matches === undefined ? openQuestion(statement, judged) : undefined;
    if (question !== undefined) {
      return [true, false].some((answer) => passes(rules, otherwise, { ...judged, known: new Map([...judged.known, [question, answer]]) }));
    }
    if (matches === undefined && allow !== undefined) return true;
  }
  return otherwise;
}

/** Whether a statement matches all of the requests, none of them, or that cannot be told. */
function judge(statement: unknown, judged: Judged): boolean | undefined {
  const [[kind, value] = ["", {}]] = Object.entries(asBody(statement));
  const body = asBody(value);
  const inner = asList(body["statement"]).map((each) => judge(each, judged));
  if (kind === "and_statement") return inner.includes(false) ? false : inner.includes(undefined) ? undefined : true;
  if (kind === "or_statement") return inner.includes(true) ? true : inner.includes(undefined) ? undefined : false;
  if (kind === "not_statement") return inner[0] === undefined ? undefined : !inner[0];
  if (kind === "ip_set_reference_statement") return judgeSet(body, judged);
  if (isOfPath(body)) return judgePath(kind, body, judged);
  return kind === "byte_match_statement" ? judgeHost(body, judged.requests.hosts) : undefined;
}

function judgeSet({ arn }: Body, { configuration, requests: { outsider } }: Judged): boolean | undefined {
  const addresses = blocksIn(configuration, arn).flatMap(({ body }) => texts(body["addresses"]));
  if (coversAll(addresses, outsider)) return true;
  return addresses.some((cidr) => meets(cidr, outsider)) ? undefined : false;
}

const isOfPath = ({ field_to_match }: Body): boolean => asBody(field_to_match)["uri_path"] !== undefined;

function judgeHost({ field_to_match, search_string, positional_constraint }: Body, hosts: Requests["hosts"]): boolean | undefined {
  const ofHost = asBody(asBody(field_to_match)["single_header"])["name"] === "host";
  if (!ofHost || hosts === undefined || hosts.some((host) => host.includes("*"))) return undefined;
  return agreed(hosts.map((host) => compare(host.toLowerCase(), String(search_string), positional_constraint)));
}

function judgePath(kind: string, body: Body, { requests: { paths }, known }: Judged): boolean | undefined {
  const told = paths && agreed(paths.map((pattern) => judgePattern(kind, body, pattern.toLowerCase())));
  return told ?? known.get(questionOf(kind, body));
}

function judgePattern(kind: string, { search_string, positional_constraint, regex_string }: Body, pattern: string): boolean | undefined {
  const [fixed = ""] = pattern.split("*");
  if (kind === "regex_match_statement") return fixed === pattern ? new RegExp(String(regex_string)).test(pattern) : undefined;
  const search = String(search_string);
  if (fixed === pattern) return compare(pattern, search, positional_constraint);
  if (!fixed.startsWith(search) && !search.startsWith(fixed)) return false;
  return positional_constraint === "STARTS_WITH" && fixed.startsWith(search) ? true : undefined;
}

function compare(text: string, search: string, constraint: unknown): boolean | undefined {
  if (constraint === "EXACTLY") return text === search;
  return constraint === "STARTS_WITH" ? text.startsWith(search) : undefined;
}

/** What all of them say, if they say the same. */
const agreed = ([first, ...others]: readonly (boolean | undefined)[]): boolean | undefined =>
  others.every((each) => each === first) ? first : undefined;

const questionOf = (kind: string, body: Body): string => `${kind} ${JSON.stringify(body)}`;

/** The first question about the path in a statement that has no answer yet. A rate counts for some requests, never for all. */
function openQuestion(statement: unknown, judged: Judged): string | undefined {
  const [[kind, value] = ["", {}]] = Object.entries(asBody(statement));
  const body = asBody(value);
  if (isOfPath(body)) return judgePath(kind, body, judged) === undefined ? questionOf(kind, body) : undefined;
  return asList(body["statement"]).map((each) => openQuestion(each, judged)).find((question) => question !== undefined);
}

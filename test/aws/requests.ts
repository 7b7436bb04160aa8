import { asBody, asList, ofType, texts } from "../../src/aws/read/configuration.ts";
import type { TerraformDirectory } from "../../src/aws/render/index.ts";
import { inside } from "./addresses.ts";
import { firewallAnswers } from "./firewall-rules.ts";
import { configurationOf } from "./rendered.ts";

/**
 * What the rendered listener answers a request, by https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html:
 * rules in the order of their priorities, conditions all, values any. A forward is the name of its target group.
 */
export function answers(directory: TerraformDirectory, host: string, path: string, source: string, listener = "https"): string {
  const configuration = configurationOf(directory);
  const rules = ofType(configuration, "aws_lb_listener_rule").map(({ body }) => body)
    .filter(({ listener_arn }) => listener_arn === `\${aws_lb_listener.${listener}.arn}`)
    .sort((one, other) => Number(one["priority"]) - Number(other["priority"]));
  const met = rules.find(({ condition }) => asList(condition).map(asBody).every((each) => {
    const [[kind, value] = ["", {}]] = Object.entries(each);
    const { values, regex_values } = asBody(value);
    const expressions = [...texts(regex_values).map((text) => new RegExp(text)), ...(kind === "source_ip" ? [] : texts(values).map(wildcard))];
    if (kind === "source_ip") return texts(values).some((cidr) => inside(source, cidr));
    return expressions.some((expression) => expression.test(kind === "host_header" ? host.toLowerCase() : path));
  }));
  const [action] = asList(met?.["action"] ?? ofType(configuration, "aws_lb_listener").find(({ name }) => name === listener)?.body["default_action"]).map(asBody);
  return String(asBody(action?.["fixed_response"])["status_code"] ?? action?.["target_group_arn"]).replace("${aws_lb_target_group.service_", "").replace(".arn}", "");
}

const wildcard = (pattern: string): RegExp => new RegExp(`^${pattern.split("*").map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&")).join(".*")}$`);

/** One request whose bytes are understood. */
export interface Understood {
  /** As it came, port and all. */
  readonly host: string;
  /** As it came, query and all. */
  readonly target: string;
  readonly source: string;
}

/** What the web ACL answers, or the listener's rules behind it. */
export function edgeAnswers(directory: TerraformDirectory, request: Understood): string {
  const { host, target, source } = request;
  const [refused] = firewallAnswers(directory, [{ path: target, source, headers: { host } }]);
  return refused ? String(refused["response_code"]) : listenerAnswers(directory, request);
}

/** What the listener's rules answer by themselves. A port in a host name is the load balancer's to take away, before its rules. */
export const listenerAnswers = (directory: TerraformDirectory, { host, target, source }: Understood): string =>
  answers(directory, host.replace(/:\d+$/, ""), target.split("?")[0] ?? "", source);

/** A directory whose listener tells nobody apart: it has lost its conditions for paths and sources, and what it refuses. */
export function withoutListenerRefusals(directory: TerraformDirectory): TerraformDirectory {
  const files = directory.files.map(({ name, content }) => {
    const document = asBody(JSON.parse(content));
    const resources = asBody(document["resource"]);
    const rules = Object.entries(asBody(resources["aws_lb_listener_rule"])).flatMap(([key, rule]) => {
      const { condition, ...others } = asBody(rule);
      const hosts = asList(condition).filter((each) => "host_header" in asBody(each));
      return asList(asBody(rule)["action"]).some((action) => asBody(action)["type"] === "forward") ? [[key, { ...others, condition: hosts }] as const] : [];
    });
    return { name, content: JSON.stringify({ ...document, resource: { ...resources, aws_lb_listener_rule: Object.fromEntries(rules) } }) };
  });
  return { ...directory, files };
}

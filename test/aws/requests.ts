import { contains, parseNetwork } from "../../src/kit/address.ts";
import { asBody, asList, ofType, readConfiguration, texts } from "../../src/aws/read/configuration.ts";
import type { TerraformDirectory } from "../../src/aws/render/index.ts";

/**
 * What the rendered listener answers a request, by https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html:
 * rules in the order of their priorities, conditions all, values any. A forward is the name of its target group.
 */
export function answers(directory: TerraformDirectory, host: string, path: string, source: string): string {
  const configuration = readConfiguration(directory.files);
  const rules = ofType(configuration, "aws_lb_listener_rule").map(({ body }) => body).sort((one, other) => Number(one["priority"]) - Number(other["priority"]));
  const met = rules.find(({ condition }) => asList(condition).map(asBody).every((each) => {
    const [[kind, value] = ["", {}]] = Object.entries(each);
    const { values, regex_values } = asBody(value);
    const expressions = [...texts(regex_values).map((text) => new RegExp(text)), ...(kind === "source_ip" ? [] : texts(values).map(wildcard))];
    if (kind === "source_ip") return texts(values).some((cidr) => inside(source, cidr));
    return expressions.some((expression) => expression.test(kind === "host_header" ? host.toLowerCase() : path));
  }));
  const [action] = asList(met?.["action"] ?? ofType(configuration, "aws_lb_listener").find(({ name }) => name === "https")?.body["default_action"]).map(asBody);
  return String(asBody(action?.["fixed_response"])["status_code"] ?? action?.["target_group_arn"]).replace("${aws_lb_target_group.service_", "").replace(".arn}", "");
}

const wildcard = (pattern: string): RegExp => new RegExp(`^${pattern.split("*").map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&")).join(".*")}$`);

function inside(address: string, cidr: string): boolean {
  const [outer, inner] = [parseNetwork(cidr), parseNetwork(address)];
  return outer !== undefined && inner !== undefined && contains(outer, inner);
}

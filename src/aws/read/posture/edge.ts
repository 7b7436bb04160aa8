import { addressesIn, asBody, asList, ofType, type Body, type Configuration, type WrittenBlock } from "../configuration.ts";
import { each, valuesAt, type Rule } from "./rule.ts";

const balancerOf = ({ body }: WrittenBlock, { blocks }: Configuration): Body => asBody(blocks.get(addressesIn(body["load_balancer_arn"])[0] ?? "")?.body);
const isInternal = (block: WrittenBlock, configuration: Configuration): boolean => balancerOf(block, configuration)["internal"] === true;

/** TLS 1.2 at least, without old ciphers. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html */
const TLS_POLICY = /^ELBSecurityPolicy-TLS13-1-[23](-Res|-Ext2)?(-PQ)?(-FIPS)?-20(2[1-9]|[3-9]\d)-\d\d$/;

export const EDGE: readonly Rule[] = [
  each("aws_lb_listener", { name: "listener-tls", controls: ["ELB.17", "ELB.18"], says: "what everyone may call speaks current TLS" }, (block, configuration) => {
    const { protocol, ssl_policy, certificate_arn } = block.body;
    if (isInternal(block, configuration) || protocol === "HTTP") return undefined;
    if (protocol !== "HTTPS") return `its protocol is ${String(protocol)}`;
    return typeof ssl_policy === "string" && TLS_POLICY.test(ssl_policy) && certificate_arn !== undefined ? undefined : `its policy is ${String(ssl_policy)}`;
  }),
  each("aws_lb_listener", { name: "listener-redirect", controls: ["ELB.1"], says: "who comes without TLS is sent to where it is" }, (block, configuration) => {
    if (isInternal(block, configuration) || block.body["protocol"] !== "HTTP") return undefined;
    const redirected = asList(block.body["default_action"]).map(asBody).every(
      ({ type, redirect }) => type === "redirect" && valuesAt(redirect, "protocol")[0] === "HTTPS" && valuesAt(redirect, "port")[0] === "443",
    );
    const rules = ofType(configuration, "aws_lb_listener_rule").some(({ body }) => addressesIn(body["listener_arn"]).includes(block.address));
    return redirected && block.body["port"] === 80 && !rules ? undefined : "it does not only redirect";
  }),
  each("aws_lb_listener", { name: "listener-default", controls: [], says: "who asks for no host of ours gets nothing" }, (block, configuration) => {
    if (isInternal(block, configuration) || block.body["protocol"] !== "HTTPS") return undefined;
    const refused = asList(block.body["default_action"]).map(asBody).every(
      ({ type, fixed_response }) => type === "fixed-response" && /^4\d\d$/.test(String(valuesAt(fixed_response, "status_code")[0])),
    );
    return refused && block.body["port"] === 443 ? undefined : "its default is no refusal on port 443";
  }),
  each("aws_lb", { name: "load-balancer-logs", controls: ["ELB.5"], says: "who asked for what is written down" }, ({ body }) =>
    valuesAt(body["access_logs"], "enabled").every((value) => value === true) ? undefined : "it has no access log"),
  each("aws_lb", { name: "load-balancer-ports", controls: ["ELB.1"], says: "what everyone may call listens on 80 and 443" }, ({ address, body }, configuration) => {
    const listeners = ofType(configuration, "aws_lb_listener").filter((listener) => addressesIn(listener.body["load_balancer_arn"]).includes(address));
    const ports = listeners.map((listener) => String(listener.body["port"])).sort();
    return body["internal"] === true || ports.join() === "443,80" ? undefined : `it listens on ${ports.join(" and ")}`;
  }),
  each("aws_lb", { name: "load-balancer-groups", controls: [], says: "a load balancer has a security group" }, ({ body }) =>
    addressesIn(body["security_groups"]).length === 1 ? undefined : `it has ${addressesIn(body["security_groups"]).length}`),
  each("aws_wafv2_web_acl_logging_configuration", { name: "web-acl-log-redacted", controls: [], says: "no log holds who somebody is signed in as" }, ({ body }) => {
    const headers = asList(body["redacted_fields"]).flatMap((field) => asList(asBody(field)["single_header"]).map(asBody));
    const names = headers.map(({ name }) => String(name).toLowerCase());
    const lacking = ["authorization", "cookie"].filter((name) => !names.includes(name));
    return lacking.length === 0 ? undefined : `${lacking.join(" and ")} stand in it`;
  }),
  each("aws_wafv2_web_acl", { name: "web-acl-rules", controls: ["WAF.10"], says: "a firewall has rules" }, ({ body }) =>
    asList(body["rule"]).length > 0 ? undefined : "it has none"),
  each("aws_wafv2_web_acl", { name: "web-acl-priorities", controls: [], says: "each rule of a firewall has a place of its own" }, ({ body }) => {
    const places = asList(body["rule"]).map((rule) => asBody(rule)["priority"]);
    return new Set(places).size === places.length ? undefined : "two have the same";
  }),
  each("aws_cloudfront_distribution", {
    name: "site-log", controls: ["CloudFront.5"], says: "who read a site is written down",
  }, ({ address, body }, configuration) => {
    const delivered = ofType(configuration, "aws_cloudwatch_log_delivery_source").some((source) => addressesIn(source.body["resource_arn"]).includes(address));
    return body["logging_config"] !== undefined || delivered ? undefined : "it has no log";
  }),
  each("aws_cloudfront_distribution", { name: "site-firewall", controls: ["CloudFront.6"], says: "a firewall stands before a site" }, ({ body }) =>
    body["web_acl_id"] === undefined ? "it has none" : undefined),
  each("aws_lb_target_group", { name: "target-health", controls: [], says: "requests go to who answers them" }, ({ body }) =>
    valuesAt(body["health_check"], "path")[0] === undefined ? "it asks nobody" : undefined),
];

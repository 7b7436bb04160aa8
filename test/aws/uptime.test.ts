import { describe, expect, test } from "vitest";
import { addressesIn, asBody, asList } from "../../src/aws/read/configuration.ts";
import { audienceAt } from "../../src/model/audience.ts";
import type { Environment } from "../../src/model/model.ts";
import { addresses, bodies, directoryOf, document } from "./rendered.ts";
import { shopEnvironment, shopModel } from "./shop.ts";

const withFields = (fields: Partial<Environment>) => directoryOf({ ...shopModel(), environments: [{ ...shopEnvironment(), ...fields }] }, "live");
const live = withFields({ uptime: { notify: ["ops@shop.example", "night@shop.example"] } });

describe("asking from outside", () => {
  test("asks every host that everyone may ask, at a path that everyone may ask", () => {
    const asked = addresses(live, "aws_route53_health_check").map(bodies(live)).map(({ type, fqdn, resource_path }) => [type, fqdn, resource_path]);
    // admin answers agency alone at /, and desk answers office alone.
    expect(asked).toEqual([["HTTPS", "www.shop.example", "/"], ["HTTPS", "shop.example", "/"], ["HTTPS", "manual.shop.example", "/"], ["HTTPS", "api.shop.example", "/"]]);
  });

  test("of each host there is an alarm, where Route 53's figures are, that tells when it begins and ends", () => {
    const alarms = addresses(live, "aws_cloudwatch_metric_alarm").filter((address) => address.includes(".uptime_")).map(bodies(live));
    expect(alarms.map(({ dimensions }) => addressesIn(asBody(dimensions)["HealthCheckId"])[0])).toEqual(addresses(live, "aws_route53_health_check"));
    for (const alarm of alarms) {
      expect(alarm).toMatchObject({
        region: "us-east-1", namespace: "AWS/Route53", metric_name: "HealthCheckStatus", comparison_operator: "LessThanThreshold", threshold: 1,
        alarm_actions: ["${aws_sns_topic.uptime.arn}"], ok_actions: ["${aws_sns_topic.uptime.arn}"],
      });
    }
  });

  test("tells those who are named", () => {
    const told = addresses(live, "aws_sns_topic_subscription").map(bodies(live)).filter(({ protocol }) => protocol === "email");
    expect(told.map(({ endpoint, region }) => [endpoint, region])).toEqual([["ops@shop.example", "us-east-1"], ["night@shop.example", "us-east-1"]]);
  });

  test("takes nobody's word but that of this account's alarms", () => {
    const policy = asBody(document(bodies(live)("aws_sns_topic_policy.uptime")["policy"]));
    const allowed = asList(policy["Statement"]).map(asBody).filter(({ Effect }) => Effect === "Allow");
    expect(allowed).toMatchObject([{ Principal: { Service: "cloudwatch.amazonaws.com" }, Condition: { StringEquals: { "aws:SourceAccount": "${data.aws_caller_identity.current.account_id}" } } }]);
  });

  test("is not there where nobody is named, or no host is public", () => {
    expect(addresses(withFields({ uptime: null }), "aws_route53_health_check")).toEqual([]);
    const closed = shopEnvironment().services.filter(({ name }) => name === "desk").map((service) => ({ ...service, calls: [], environment: [] }));
    expect(addresses(withFields({ sites: [], services: closed, uptime: { notify: ["ops@shop.example"] } }), "aws_sns_topic")).not.toContain("aws_sns_topic.uptime");
  });
});

const RULES = [
  { pattern: "/api/health", reachableBy: "public" as const },
  { pattern: "/api/*/status", reachableBy: ["office"] },
  { pattern: "/internal/*", reachableBy: [] },
  { pattern: "*.txt", reachableBy: ["agency"] },
];

test.each([
  ["/api/health", "public"],
  ["/API/Health", "public"],
  ["/api/health/deep", ["night"]],
  ["/api/a/b/status", ["office"]],
  ["/api/status", ["night"]],
  ["/internal/", []],
  ["/internal", ["night"]],
  ["/robots.txt", ["agency"]],
])("who may ask %s is %j", (path, audience) => {
  expect(audienceAt({ reachableBy: ["night"], paths: RULES }, path)).toEqual(audience);
});

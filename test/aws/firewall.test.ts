import { describe, expect, test } from "vitest";
import { pathStatement } from "../../src/aws/render/firewall-path.ts";
import type { RateLimit } from "../../src/model/protection.ts";
import { addresses, bodies, directoryOf } from "./rendered.ts";
import { firewallAnswers } from "./firewall-rules.ts";
import { shopEnvironment, shopModel } from "./shop.ts";

const rendered = (rateLimits: readonly RateLimit[]) =>
  directoryOf({ ...shopModel(), environments: [{ ...shopEnvironment(), protection: { rateLimits, managedRules: [] } }] }, "live");
const shop = directoryOf(shopModel(), "live");
const [one, other] = ["192.0.2.1", "192.0.2.2"];

const statuses = (directory: typeof shop, requests: Parameters<typeof firewallAnswers>[1]) =>
  firewallAnswers(directory, requests).map((answer) => answer?.["response_code"] ?? "passed");

describe("a rate limit", () => {
  const limits = [{ name: "all", requests: 12, seconds: 60, paths: [] }, { name: "login", requests: 10, seconds: 60, paths: ["/login"] }];
  const many = (count: number, path: string, source = one, at = 0) => Array.from({ length: count }, () => ({ path, source, at }));

  test("refuses what one address asks above it, and nobody else", () => {
    const asked = [...many(11, "/login"), ...many(1, "/login", other), ...many(1, "/x"), ...many(1, "/x"), ...many(1, "/x", one, 61)];
    expect(statuses(rendered(limits), asked)).toEqual([...Array(10).fill("passed"), 429, "passed", "passed", 429, "passed"]);
  });

  test("says when to come back", () => {
    const [, answer] = firewallAnswers(rendered([{ name: "all", requests: 1, seconds: 300, paths: [] }]), many(2, "/"));
    expect(answer).toEqual({ response_code: 429, custom_response_body_key: "too-many-requests", response_header: [{ name: "Retry-After", value: "300" }] });
    expect(bodies(shop)("aws_wafv2_web_acl.edge")).toMatchObject({
      scope: "REGIONAL", default_action: { allow: {} }, custom_response_body: [{ key: "too-many-requests", content_type: "TEXT_PLAIN" }],
    });
  });

  test("counts by the address of the connection, before the load balancer", () => {
    expect(bodies(shop)("aws_wafv2_web_acl.edge")["rule"]).toMatchObject([
      { name: "limit-everyone", priority: 100, statement: { rate_based_statement: { limit: 2_000, evaluation_window_sec: 300, aggregate_key_type: "IP" } } },
      { name: "limit-login", priority: 101, statement: { rate_based_statement: { limit: 50, evaluation_window_sec: 60, aggregate_key_type: "IP" } } },
    ]);
    expect(bodies(shop)("aws_wafv2_web_acl_association.edge")).toEqual({
      resource_arn: "${aws_lb.edge.arn}", web_acl_arn: "${aws_wafv2_web_acl.edge.arn}",
    });
  });

  test.each([
    ["/login", true], ["/LOGIN", true], ["/%6cogin", true], ["//login", true], ["/x/../login", true], ["/login?next=/", true],
    ["/login/", false], ["/login2", false], ["/", false],
    ["/accounts/", true], ["/Accounts/7/keys", true], ["/accounts", false],
    ["/shops/a/b/login", true], ["/shops/a/login/x", false], ["/shops/login", false],
    ["/a+b", true], ["/a%2bb", true], ["/aab", false],
  ])("of some paths counts %s: %s", (path, counts) => {
    const requests = Array.from({ length: 51 }, () => ({ path, source: one, at: 0 }));
    expect(statuses(shop, requests).at(-1)).toBe(counts ? 429 : "passed");
  });

  test("of one path asks for it alone", () => {
    expect(bodies(rendered([{ name: "login", requests: 10, seconds: 60, paths: ["/login"] }]))("aws_wafv2_web_acl.edge")["rule"]).toMatchObject([
      { statement: { rate_based_statement: { scope_down_statement: { byte_match_statement: { search_string: "/login", positional_constraint: "EXACTLY" } } } } },
    ]);
  });
});

describe("what AWS does not take is a failure with a way out", () => {
  test("more than ten limits", () => {
    const limits = Array.from({ length: 11 }, (_nothing, index) => ({ name: `l${index}`, requests: 10, seconds: 60, paths: [] }));
    expect(() => rendered(limits)).toThrow("live has 11 rate limits: a web ACL takes 10");
  });

  test("a pattern that needs a longer expression than there is", () => {
    expect(() => pathStatement(`/*${"+".repeat(60)}`)).toThrow("a web ACL's rule takes 200 characters, and this needs 245");
  });
});

test("a platform without limits, or without services that can be called, has no web ACL", () => {
  expect(addresses(rendered([]), "aws_wafv2_web_acl")).toEqual([]);
  const services = shopEnvironment().services.filter(({ name }) => name === "idle");
  const environment = { ...shopEnvironment(), services, databases: [], sites: [] };
  expect(addresses(directoryOf({ ...shopModel(), environments: [environment] }, "live"), "aws_wafv2_web_acl")).toEqual([]);
});

import { describe, expect, test } from "vitest";
import { asBody, asList, type Body } from "../../src/aws/read/configuration.ts";
import { capacityOf } from "../../src/aws/render/firewall-capacity.ts";
import { pathStatement } from "../../src/aws/render/firewall-path.ts";
import { firewallRules } from "../../src/aws/render/firewall.ts";
import { place } from "../../src/aws/render/place.ts";
import type { Environment } from "../../src/model/model.ts";
import { MANAGED_RULES, type ManagedRules, type RateLimit } from "../../src/model/protection.ts";
import { addresses, bodies, directoryOf } from "./rendered.ts";
import { firewallAnswers } from "./firewall-rules.ts";
import { shopEnvironment, shopModel } from "./shop.ts";

const rendered = (rateLimits: readonly RateLimit[]) =>
  directoryOf({ ...shopModel(), environments: [{ ...shopEnvironment(), protection: { rateLimits, managedRules: [] } }] }, "live");
const shop = directoryOf(shopModel(), "live");
const changed = (more: Partial<Environment>) => directoryOf({ ...shopModel(), environments: [{ ...shopEnvironment(), ...more }] }, "live");
const managing = (managedRules: readonly ManagedRules[]) => changed({ protection: { rateLimits: [], managedRules } });
/** The rules of a web ACL, by name. */
const rulesOf = (directory: typeof shop, firewall = "edge"): Readonly<Record<string, Body>> =>
  Object.fromEntries(asList(bodies(directory)(`aws_wafv2_web_acl.${firewall}`)["rule"]).map(asBody).map((rule) => [String(rule["name"]), rule]));
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
      scope: "REGIONAL", default_action: { allow: {} }, custom_response_body: ["bad-request", "forbidden", "too-many-requests"].map((key) => ({ key, content_type: "TEXT_PLAIN" })),
    });
  });

  test("counts by the address of the connection, before the load balancer", () => {
    expect(rulesOf(shop)).toMatchObject({
      "limit-everyone": { priority: 100, statement: { rate_based_statement: { limit: 2_000, evaluation_window_sec: 300, aggregate_key_type: "IP" } } },
      "limit-login": { priority: 101, statement: { rate_based_statement: { limit: 50, evaluation_window_sec: 60, aggregate_key_type: "IP" } } },
    });
    expect(bodies(shop)("aws_wafv2_web_acl_association.edge")).toEqual({
      resource_arn: "${aws_lb.edge.arn}", web_acl_arn: "${aws_wafv2_web_acl.edge.arn}",
    });
  });

  test.each([
    ["/login", 429], ["/LOGIN", 429], ["/login?next=/", 429],
    ["/login/", "passed"], ["/login2", "passed"], ["/", "passed"],
    ["/accounts/", 429], ["/Accounts/7/keys", 429], ["/accounts", "passed"],
    ["/shops/a/b/login", 429], ["/shops/a/login/x", "passed"], ["/shops/login", "passed"],
    ["/a+b", 429], ["/a%2bb", 429], ["/aab", "passed"],
    // Nobody needs to write these so: they are refused before they are counted.
    ["/%6cogin", 400], ["//login", 400], ["/x/../login", 400],
  ])("of some paths answers the request after the last to %s with %s", (path, answer) => {
    const requests = Array.from({ length: 51 }, () => ({ path, source: one, at: 0 }));
    expect(statuses(shop, requests).at(-1)).toBe(answer);
  });

  test("of one path asks for it alone", () => {
    expect(rulesOf(rendered([{ name: "login", requests: 10, seconds: 60, paths: ["/login"] }]))["limit-login"]).toMatchObject({
      statement: { rate_based_statement: { scope_down_statement: { byte_match_statement: { search_string: "/login", positional_constraint: "EXACTLY" } } } },
    });
  });
});

describe("a team's host and paths", () => {
  const [world, office, agency, agency6] = ["192.0.2.7", "203.0.113.9", "198.51.100.6", "2001:db8::1"];
  const status = (host: string, path: string, source: string) =>
    firewallAnswers(shop, [{ path, source, headers: { host } }])[0]?.["response_code"] ?? "passed";

  test.each([
    ["desk.shop.example", "/", world, 403], ["desk.shop.example", "/", agency, 403], ["desk.shop.example", "/", office, "passed"],
    ["DESK.shop.Example", "/", world, 403], ["desk.shop.example:443", "/", world, 403], ["desk.shop.example.", "/", world, 403], ["desk.shop.example.:443", "/", world, 403],
    ["admin.shop.example", "/", agency, "passed"], ["admin.shop.example", "/", agency6, "passed"], ["admin.shop.example", "/", office, 403], ["admin.shop.example", "/", "2001:db9::1", 403],
    ["admin.shop.example", "/health", world, "passed"], ["admin.shop.example", "/Health", world, "passed"], ["admin.shop.example", "/health/x", world, 403],
    ["api.shop.example", "/internal/x", office, 403], ["API.shop.example:443", "/INTERNAL/x", office, 403], ["api.shop.example", "/internal", world, "passed"],
    ["api.shop.example", "/reports/x", world, 403], ["api.shop.example", "/Reports/x", office, "passed"], ["api.shop.example", "/x?/reports/", world, "passed"],
    ["desk-old.shop.example", "/", world, "passed"],
  ])("%s%s from %s: %s", (host, path, source, answer) => {
    expect(status(host, path, source)).toBe(answer);
  });

  test("are told by sets of each team's networks, and nobody else's", () => {
    expect(addresses(shop, "aws_wafv2_ip_set").map((address) => [address.split(".")[1], bodies(shop)(address)["addresses"]])).toEqual([
      ["team_office_ipv4", ["203.0.113.0/24"]],
      ["team_agency_ipv4", ["198.51.100.1/32", "198.51.100.2/32", "198.51.100.3/32", "198.51.100.4/32", "198.51.100.5/32", "198.51.100.6/32"]],
      ["team_agency_ipv6", ["2001:db8::/32"]],
    ]);
    const services = shopEnvironment().services.map((service) => ({ ...service, endpoint: service.endpoint && { ...service.endpoint, reachableBy: "public" as const, paths: [] } }));
    expect(addresses(changed({ services }), "aws_wafv2_ip_set")).toEqual([]);
  });

  test("a wider rule that comes first is let through, a narrower one is no exception", () => {
    const [api] = shopEnvironment().services;
    if (!api?.endpoint) throw new Error("the first service has an endpoint");
    const paths = [
      { pattern: "/a/open/*", reachableBy: "public" as const },
      { pattern: "/a/both/*", reachableBy: ["office", "agency"] },
      { pattern: "/a/none/*", reachableBy: [] },
      { pattern: "/a/*", reachableBy: ["office"] },
      { pattern: "/b/*", reachableBy: ["agency"] },
    ];
    const directory = changed({ services: [{ ...api, endpoint: { ...api.endpoint, paths } }] });
    const answers = (path: string) => [world, office, agency].map((source) => firewallAnswers(directory, [{ path, source, headers: { host: "api.shop.example" } }])[0]?.["response_code"] ?? "passed");
    expect(["/a/open/x", "/a/both/x", "/a/none/x", "/a/x", "/b/x", "/c"].map(answers)).toEqual([
      ["passed", "passed", "passed"], [403, "passed", "passed"], [403, 403, 403], [403, "passed", 403], [403, 403, "passed"], ["passed", "passed", "passed"],
    ]);
  });
});

describe("rules that AWS keeps", () => {
  test("come last, refuse by themselves, and only count what honest requests match", () => {
    const all = rulesOf(managing(MANAGED_RULES));
    expect(Object.keys(all).slice(-3)).toEqual(["managed-ip-reputation", "managed-known-bad-inputs", "managed-common"]);
    expect(all["managed-common"]).toMatchObject({
      priority: 1_002, override_action: { none: {} }, statement: { managed_rule_group_statement: { vendor_name: "AWS", name: "AWSManagedRulesCommonRuleSet" } },
    });
    const overridden = asList(asBody(asBody(asBody(all["managed-common"])["statement"])["managed_rule_group_statement"])["rule_action_override"]).map(asBody);
    expect(overridden.map(({ name }) => name)).toEqual(expect.arrayContaining(["SizeRestrictions_BODY", "CrossSiteScripting_BODY", "GenericLFI_BODY", "NoUserAgent_HEADER"]));
    for (const each of overridden) expect(each["action_to_use"]).toEqual({ count: {} });
  });

  test("stand before sites as well, where CloudFront looks for them", () => {
    const body = bodies(shop);
    expect(body("aws_wafv2_web_acl.sites")).toMatchObject({ region: "us-east-1", scope: "CLOUDFRONT", default_action: { allow: {} } });
    expect(Object.keys(rulesOf(shop, "sites"))).toEqual(["managed-ip-reputation", "managed-known-bad-inputs", "managed-common"]);
    for (const site of ["front", "manual"]) expect(body(`aws_cloudfront_distribution.site_${site}`)["web_acl_id"]).toBe("${aws_wafv2_web_acl.sites.arn}");
    expect(body("aws_wafv2_web_acl_logging_configuration.sites")).toMatchObject({ region: "us-east-1", log_destination_configs: ["${aws_cloudwatch_log_group.firewall_sites.arn}"] });
    expect(body("aws_cloudwatch_log_group.firewall_sites")).toMatchObject({ region: "us-east-1", name: "aws-waf-logs-shop-live-sites" });
  });

  test("are left out where none is written, and the sites' web ACL with them", () => {
    const none = managing([]);
    expect(Object.keys(rulesOf(none)).filter((name) => name.startsWith("managed"))).toEqual([]);
    expect(addresses(none, "aws_wafv2_web_acl")).toEqual(["aws_wafv2_web_acl.edge"]);
    expect(bodies(none)("aws_cloudfront_distribution.site_front")["web_acl_id"]).toBeUndefined();
    expect(Object.keys(rulesOf(managing(["common"]))).filter((name) => name.startsWith("managed"))).toEqual(["managed-common"]);
  });
});

test("what is refused or counted is logged, without what tells who somebody is", () => {
  const body = bodies(shop);
  expect(body("aws_wafv2_web_acl_logging_configuration.edge")).toEqual({
    resource_arn: "${aws_wafv2_web_acl.edge.arn}",
    log_destination_configs: ["${aws_cloudwatch_log_group.firewall_edge.arn}"],
    redacted_fields: [{ single_header: { name: "authorization" } }, { single_header: { name: "cookie" } }],
    logging_filter: {
      default_behavior: "DROP",
      filter: [{ behavior: "KEEP", requirement: "MEETS_ANY", condition: [{ action_condition: { action: "BLOCK" } }, { action_condition: { action: "COUNT" } }] }],
    },
  });
  expect(body("aws_cloudwatch_log_group.firewall_edge")).toEqual({ name: "aws-waf-logs-shop-live-edge", retention_in_days: 30 });
});

describe("capacity", () => {
  const transformed = (...types: readonly string[]) => types.map((type, priority) => ({ priority, type }));
  const host = { byte_match_statement: { field_to_match: { single_header: { name: "host" } }, positional_constraint: "EXACTLY", search_string: "x", text_transformation: transformed("LOWERCASE") } };
  const path = { regex_match_statement: { field_to_match: { uri_path: {} }, regex_string: "^/x$", text_transformation: transformed("NONE") } };
  const set = { ip_set_reference_statement: { arn: "x" } };
  test.each([
    ["a host, in small letters", host, 12],
    ["an expression for a path as it came", path, 3],
    ["both, and not from a network", { and_statement: { statement: [host, path, { not_statement: { statement: set } }] } }, 16],
    ["a rate limit for a host", { rate_based_statement: { limit: 10, aggregate_key_type: "IP", scope_down_statement: host } }, 14],
    ["a text anywhere in a path", { byte_match_statement: { ...host.byte_match_statement, positional_constraint: "CONTAINS" } }, 20],
    ["AWS's largest group", { managed_rule_group_statement: { vendor_name: "AWS", name: "AWSManagedRulesCommonRuleSet" } }, 700],
  ])("of %s", (_name, statement, units) => {
    const visibility_config = { cloudwatch_metrics_enabled: true, metric_name: "x", sampled_requests_enabled: true };
    expect(capacityOf([{ name: "x", priority: 1, statement, visibility_config }])).toBe(units);
  });

  test("of the shop is within what the price covers", () => {
    expect(capacityOf(firewallRules(place(shopModel().shared, shopEnvironment())))).toBe(1_216);
  });
});

describe("what AWS does not take is a failure with a way out", () => {
  test("more than ten limits", () => {
    const limits = Array.from({ length: 11 }, (_nothing, index) => ({ name: `l${index}`, requests: 10, seconds: 60, paths: [] }));
    expect(() => rendered(limits)).toThrow("live has 11 rate limits: a web ACL takes 10");
  });

  const many = (count: number, patterns: (index: number) => string) => {
    const [api] = shopEnvironment().services;
    if (!api?.endpoint) throw new Error("the first service has an endpoint");
    const paths = Array.from({ length: count }, (_nothing, index) => ({ pattern: patterns(index), reachableBy: ["agency"] }));
    const endpoint = { ...api.endpoint, paths };
    return () => changed({ services: [{ ...api, endpoint }] });
  };

  test("more references to networks than it follows", () => {
    expect(many(24, (index) => `/a${index}`)).toThrow("the firewall of live asks 51 times for addresses and groups: a web ACL does 50 times");
  });

  test("more capacity than there is", () => {
    const path = (index: number) => `/a${index}`;
    const rateLimits = Array.from({ length: 10 }, (_nothing, index) => ({ name: `l${index}`, requests: 10, seconds: 60, paths: Array.from({ length: 16 }, (_none, each) => path(each)) }));
    expect(() => rendered(rateLimits)).toThrow(/the firewall of live needs \d+ capacity units: a web ACL takes 5000/);
  });

  test("a pattern that needs a longer expression than there is", () => {
    expect(() => pathStatement(`/*${"+".repeat(60)}`)).toThrow("a web ACL's rule takes 200 characters, and this needs 245");
  });
});

test("stands wherever something is called, and nowhere else", () => {
  expect(addresses(managing([]), "aws_wafv2_web_acl_association")).toEqual(["aws_wafv2_web_acl_association.edge"]);
  const services = shopEnvironment().services.filter(({ name }) => name === "idle");
  expect(addresses(changed({ services, databases: [], sites: [] }), "aws_wafv2_web_acl")).toEqual([]);
});

import { describe, expect, test } from "vitest";
import { Failure } from "../../src/kit/failure.ts";
import type { Environment } from "../../src/model/model.ts";
import { listenerRules, type PathCondition } from "../../src/aws/render/rules.ts";
import { anySpelling } from "../../src/model/spelling.ts";
import { addresses, bodies, directoryOf } from "./rendered.ts";
import { answers } from "./requests.ts";
import { exampleModel } from "./platforms.ts";
import { closedShopModel, shopEnvironment, shopModel } from "./shop.ts";

function rules(service: string, environment: Environment = shopEnvironment()): readonly string[] {
  const pathText = (path: PathCondition | null) => (path === null ? "*" : "pattern" in path ? path.pattern : path.expression);
  const found = listenerRules(environment).get(service) ?? [];
  return found.map(({ path, sources, action }) => `${action} ${pathText(path)} ${sources?.join(" ") ?? "everyone"}`);
}

/** One service by itself, which calls no other. */
const only = (name: string): Environment => {
  const services = shopEnvironment().services.filter((service) => service.name === name);
  return { ...shopEnvironment(), services: services.map((service) => ({ ...service, calls: [], environment: [] })) };
};

describe("the first rule that matches decides", () => {
  test("paths come before the host, and end with a refusal", () => {
    expect(rules("api")).toEqual([
      "refuse /internal/* everyone",
      "refuse ^/[iI][nN][tT][eE][rR][nN][aA][lL]/.*$ everyone",
      "forward /reports/* 203.0.113.0/24",
      "refuse /reports/* everyone",
      "refuse ^/[rR][eE][pP][oO][rR][tT][sS]/.*$ everyone",
      "forward * everyone",
    ]);
  });

  test("a team with more networks than a rule has room for gets more rules, all of its networks in one", () => {
    expect(rules("admin")).toEqual([
      "forward /health everyone",
      "forward * 198.51.100.1/32 198.51.100.2/32 198.51.100.3/32",
      "forward * 198.51.100.4/32 198.51.100.5/32 198.51.100.6/32",
      "forward * 2001:db8::/32",
      "refuse * everyone",
    ]);
  });

  test("the values of a rule's host, path and networks are no more than it takes", () => {
    const [admin] = only("admin").services;
    if (!admin?.endpoint) throw new Error("admin has an endpoint");
    const narrowed = { ...admin, endpoint: { ...admin.endpoint, paths: [{ pattern: "/files/*", reachableBy: ["agency"] }] } };
    expect(rules("admin", { ...only("admin"), services: [narrowed] }).slice(0, 3).map((rule) => rule.split(" ").length - 2)).toEqual([3, 3, 1]);
  });
});

describe("a request", () => {
  const directory = directoryOf(shopModel(), "live");
  const [world, office, agency] = ["192.0.2.7", "203.0.113.9", "198.51.100.6"];
  test.each([
    ["api", "/orders", world, "api"],
    ["api", "/internal", world, "api"],
    ["api", "/internal/keys", office, "403"],
    ["api", "/INTERNAL/keys", world, "403"],
    ["api", "/%69nternal/keys", world, "400"],
    ["api", "/x%2finternal/keys", world, "400"],
    ["api", "//internal/keys", world, "400"],
    ["api", "/x/../internal/keys", world, "400"],
    ["api", "/internal;x=1/keys", world, "400"],
    ["api", "/x\\internal", world, "400"],
    ["api", "/orders/..", world, "400"],
    ["api", "/orders%00", world, "400"],
    ["api", "/orders%c0%af", world, "400"],
    ["api", "/orders%4", world, "400"],
    ["api", "/orders%zz", world, "400"],
    ["api", "/orders/%ED%95%9C%EA%B8%80", world, "api"],
    ["api", "/files/a%20b..c.txt", world, "api"],
    ["api", "/reports/2026", office, "api"],
    ["api", "/reports/2026", agency, "403"],
    ["api", "/Reports/2026", world, "403"],
    ["API", "/orders", world, "api"],
    ["admin", "/", agency, "admin"],
    ["admin", "/", "2001:db8::1", "admin"],
    ["admin", "/", office, "403"],
    ["admin", "/health", world, "admin"],
    ["admin", "/health/x", world, "403"],
    ["desk", "/", office, "desk"],
    ["desk", "/", world, "403"],
    ["other", "/", office, "404"],
  ])("to %s for %s from %s gets %s", (host, path, source, answer) => {
    expect(answers(directory, `${host}.shop.example`, path, source)).toBe(answer);
  });

  test("for a path with special characters is refused however it is encoded", () => {
    const expression = new RegExp(anySpelling("/@me/a+b/$x.y"));
    for (const path of ["/@me/a+b/$x.y", "/%40ME/A%2bB/%24X.Y", "/%40me/a%2Bb/$x.y"]) expect(path).toMatch(expression);
    for (const path of ["/@me/aab/$x.y", "/@me/a+b/$xzy"]) expect(path).not.toMatch(expression);
  });
});

describe("priorities", () => {
  const priorities = (environment: Environment) => new Map([...listenerRules(environment)].map(([name, list]) => [name, list.map(({ priority }) => priority)]));

  test("rise within a service, differ between services, and are ones that AWS takes", () => {
    const all = [...priorities(shopEnvironment()).values()];
    expect(new Set(all.flat()).size).toBe(all.flat().length);
    for (const list of all) expect(list).toEqual([...list].sort((one, other) => one - other));
    expect(Math.min(...all.flat())).toBeGreaterThanOrEqual(1);
    expect(Math.max(...all.flat())).toBeLessThanOrEqual(50_000);
  });

  test("stay where they are when another service comes or goes", () => {
    expect(priorities(only("desk")).get("desk")).toEqual(priorities(shopEnvironment()).get("desk"));
  });

  test("that would be more than a load balancer has are a failure with a way out", () => {
    const environment = only("desk");
    const office = { name: "office", addresses: Array.from({ length: 400 }, (_nothing, index) => `203.0.${Math.floor(index / 256)}.${index % 256}/32`) };
    expect(() => listenerRules({ ...environment, teams: [office] })).toThrow(Failure);
    expect(() => listenerRules({ ...environment, teams: [office] })).toThrow("needs 136 listener rules: a load balancer takes 100");
  });
});

describe("a closed entrance", () => {
  const directory = directoryOf(closedShopModel(), "live");
  const body = bodies(directory);

  test("is a load balancer that only the networks of its teams can connect to", () => {
    const into = (group: string) => addresses(directory, "aws_vpc_security_group_ingress_rule").map(body).filter(({ security_group_id }) => security_group_id === `\${aws_security_group.${group}.id}`);
    expect(into("closed").map(({ from_port, cidr_ipv4 }) => [from_port, cidr_ipv4])).toEqual([[80, "203.0.113.0/24"], [443, "203.0.113.0/24"]]);
    expect(into("edge").map(({ from_port, cidr_ipv4 }) => [from_port, cidr_ipv4])).toEqual([[80, "0.0.0.0/0"], [443, "0.0.0.0/0"]]);
    expect(body("aws_lb.closed")).toMatchObject({ name: "shop-live-closed", internal: false, security_groups: ["${aws_security_group.closed.id}"], drop_invalid_header_fields: true });
    expect(body("aws_route53_record.service_desk")).toMatchObject({ alias: { name: "${aws_lb.closed.dns_name}" } });
    expect(body("aws_route53_record.service_admin")).toMatchObject({ alias: { name: "${aws_lb.edge.dns_name}" } });
  });

  test("has the same rules, and the same web ACL before it", () => {
    const [world, office] = ["192.0.2.7", "203.0.113.9"];
    const asked = (host: string, path: string, source: string) => answers(directory, `${host}.shop.example`, path, source, "closed_https");
    expect([asked("desk", "/", office), asked("desk", "/", world), asked("desk", "//", office), asked("api", "/", office)]).toEqual(["desk", "403", "400", "404"]);
    expect(answers(directory, "desk.shop.example", "/", office)).toBe("404");
    expect(body("aws_lb_listener.closed_http")).toMatchObject({ default_action: [{ redirect: { protocol: "HTTPS" } }] });
    expect(addresses(directory, "aws_wafv2_web_acl")).toEqual(["aws_wafv2_web_acl.edge", "aws_wafv2_web_acl.sites"]);
    expect(body("aws_wafv2_web_acl_association.closed")).toEqual({ resource_arn: "${aws_lb.closed.arn}", web_acl_arn: "${aws_wafv2_web_acl.edge.arn}" });
  });

  test("alone leaves no load balancer for everyone", () => {
    const model = closedShopModel();
    const services = model.environments.flatMap((environment) => environment.services).filter(({ name }) => name === "desk").map((service) => ({ ...service, calls: [], environment: [] }));
    const alone = directoryOf({ ...model, environments: model.environments.map((environment) => ({ ...environment, services })) }, "live");
    expect(addresses(alone, "aws_lb")).toEqual(["aws_lb.closed"]);
  });

  test("of more networks than a security group admits is a failure with a way out", () => {
    const model = closedShopModel();
    const office = { name: "office", addresses: Array.from({ length: 31 }, (_nothing, index) => `203.0.113.${index}/32`) };
    const environments = model.environments.map((environment) => ({ ...environment, teams: [office, ...environment.teams.slice(1)] }));
    expect(() => directoryOf({ ...model, environments }, "live")).toThrow("the teams of live have 31 networks: the load balancer's security group admits 30");
  });
});

describe("the load balancer", () => {
  test("speaks today's TLS, sends plain requests there, and knows no other host", async () => {
    const body = bodies(directoryOf(await exampleModel("dailyge"), "prod"));
    expect(body("aws_lb_listener.https")).toMatchObject({
      port: 443, ssl_policy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", default_action: [{ fixed_response: { status_code: "404" } }],
      routing_http_response_strict_transport_security_header_value: "max-age=31536000", routing_http_response_server_enabled: false,
    });
    expect(body("aws_lb_listener.http")).toMatchObject({ port: 80, default_action: [{ redirect: { protocol: "HTTPS", status_code: "HTTP_301" } }] });
    expect(body("aws_lb.edge")).toMatchObject({ drop_invalid_header_fields: true, internal: false });
  });

  test("writes down who asked for what, once it may, and so does the one between services", () => {
    const body = bodies(directoryOf(shopModel(), "live"));
    for (const balancer of ["edge", "calls"]) {
      expect(body(`aws_lb.${balancer}`)).toMatchObject({
        access_logs: { bucket: "${aws_s3_bucket.access_logs.id}", enabled: true }, depends_on: ["aws_s3_bucket_policy.access_logs"],
      });
    }
    expect(body("aws_s3_bucket_lifecycle_configuration.access_logs")).toMatchObject({ rule: [{ expiration: [{ days: 90 }] }] });
    expect(body("aws_s3_bucket_server_side_encryption_configuration.access_logs")).toMatchObject({ rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } }] });
  });

  test("admits only teams where nothing is public", () => {
    const model = shopModel();
    const environments = model.environments.map((environment) => ({ ...environment, services: only("desk").services }));
    const directory = directoryOf({ ...model, environments }, "live");
    const open = addresses(directory, "aws_vpc_security_group_ingress_rule").filter((address) => address.includes("edge_"));
    expect(open.map((address) => bodies(directory)(address)["cidr_ipv4"])).toEqual(["203.0.113.0/24", "203.0.113.0/24"]);
  });

  test("reaches the hosts by one range of ports, which their agent is told; nobody else does but the one between services", () => {
    const directory = directoryOf(shopModel(), "live");
    const body = bodies(directory);
    expect(String(body("aws_launch_template.hosts_general")["user_data"])).toContain("ECS_DYNAMIC_HOST_PORT_RANGE=40000-40999");
    expect(body("aws_vpc_security_group_ingress_rule.hosts_general_edge")).toMatchObject({
      from_port: 40_000, to_port: 40_999, referenced_security_group_id: "${aws_security_group.edge.id}",
    });
    const rules = addresses(directory, "aws_vpc_security_group_ingress_rule");
    const toHosts = rules.filter((address) => String(body(address)["security_group_id"]).includes("hosts"));
    expect(toHosts).toEqual(["edge", "calls"].map((from) => `aws_vpc_security_group_ingress_rule.hosts_general_${from}`));
  });
});

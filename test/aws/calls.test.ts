import { describe, expect, test } from "vitest";
import { asBody, asList } from "../../src/aws/read/configuration.ts";
import type { Environment } from "../../src/model/model.ts";
import { addresses, bodies, directoryOf, document } from "./rendered.ts";
import { shopEnvironment, shopModel } from "./shop.ts";

const directory = directoryOf(shopModel(), "live");
const body = bodies(directory);
const container = (service: string) => asBody(asList(document(body(`aws_ecs_task_definition.service_${service}`)["container_definitions"]))[0]);
const variables = (service: string) => Object.fromEntries(asList(container(service)["environment"]).map(asBody).map(({ name, value }) => [name, value]));
const port = (service: string, all = body) => String(all(`aws_lb_listener.calls_${service}`)["port"]);

/** The shop's environment, changed, as it is rendered. */
const changed = (change: (environment: Environment) => Environment) =>
  bodies(directoryOf({ ...shopModel(), environments: [change(shopEnvironment())] }, "live"));

describe("a service that others call", () => {
  test("is told to those, and to nobody else, by an address inside", () => {
    const api = `http://\${aws_lb.calls.dns_name}:${port("api")}`;
    expect(variables("desk")).toMatchObject({ API_URL: api, ORDERS_PAGE: `${api}/orders` });
    expect(variables("worker")).toMatchObject({ API_URL: api, DESK_URL: `http://\${aws_lb.calls.dns_name}:${port("desk")}` });
    expect(variables("admin")).not.toHaveProperty("API_URL");
  });

  test("still has its public address for browsers", () => {
    expect(JSON.stringify(body("aws_s3_object.site_front_environment"))).toContain("https://api.shop.example");
  });

  test("is healthy, drained and replaced there as it is at the edge", () => {
    const { load_balancer } = body("aws_ecs_service.service_api");
    expect(asList(load_balancer).map(asBody).map(({ target_group_arn }) => target_group_arn)).toEqual([
      "${aws_lb_target_group.service_api.arn}", "${aws_lb_target_group.calls_api.arn}",
    ]);
    const { name: _edge, ...atTheEdge } = body("aws_lb_target_group.service_api");
    const { name: _inside, ...inside } = body("aws_lb_target_group.calls_api");
    expect(inside).toEqual(atTheEdge);
    // ECS refuses a service whose target group has no load balancer yet.
    expect(body("aws_ecs_service.service_api")["depends_on"]).toContain("aws_lb_listener.calls_api");
  });

  test("listens on another port without another target group, which no listener would let go", () => {
    const moved = changed((environment) => ({
      ...environment, services: environment.services.map((service) => ({ ...service, endpoint: service.endpoint && { ...service.endpoint, port: 9000 } })),
    }));
    expect(asList(document(moved("aws_ecs_task_definition.service_api")["container_definitions"])).map(asBody)[0]).toMatchObject({ portMappings: [{ containerPort: 9000 }] });
    for (const group of ["service_api", "calls_api"].map((name) => `aws_lb_target_group.${name}`)) expect(moved(group)).toEqual(body(group));
  });

  test("is reached by hosts alone, at one port of its own", () => {
    expect(body("aws_lb.calls")).toMatchObject({ internal: true, subnets: ["${aws_subnet.private_a.id}", "${aws_subnet.private_b.id}", "${aws_subnet.private_c.id}"] });
    expect(body("aws_vpc_security_group_ingress_rule.calls_desk_hosts_batch")).toMatchObject({
      description: "Callers of desk: worker", from_port: Number(port("desk")), to_port: Number(port("desk")),
      referenced_security_group_id: "${aws_security_group.hosts_batch.id}",
    });
    const rules = addresses(directory, "aws_vpc_security_group_ingress_rule").filter((address) => String(body(address)["security_group_id"]).includes(".calls."));
    expect(rules).toEqual(["api_hosts_general", "api_hosts_batch", "desk_hosts_batch"].map((way) => `aws_vpc_security_group_ingress_rule.calls_${way}`));
  });

  test("keeps its port when others come or go", () => {
    const fewer = changed((environment) => ({
      ...environment, services: environment.services.map((service) => ({ ...service, calls: service.calls.filter((called) => called !== "api"), environment: [] })),
    }));
    expect(port("desk", fewer)).toBe(port("desk"));
    expect(port("desk")).not.toBe(port("api"));
  });
});

test("a platform in which no service calls another has no such load balancer", () => {
  const none = changed((environment) => ({ ...environment, services: environment.services.map((service) => ({ ...service, calls: [], environment: [] })) }));
  expect(() => none("aws_lb.calls")).toThrow("there is no aws_lb.calls");
});

test("more called services than a load balancer has ports are a failure with a way out", () => {
  const [any] = shopEnvironment().services;
  if (!any) throw new Error("the shop has services");
  const many = Array.from({ length: 51 }, (_nothing, index) => ({ ...any, name: `api-${index}`, endpoint: any.endpoint && { ...any.endpoint, paths: [] } }));
  const caller = { ...any, name: "caller", calls: many.map(({ name }) => name) };
  expect(() => changed((environment) => ({ ...environment, sites: [], services: [...many, caller] }))).toThrow("services call 51 others: a load balancer has 50 ports");
});

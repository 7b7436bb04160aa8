import { describe, expect, test } from "vitest";
import { asBody, asList, blocksOf, type Body } from "../../src/aws/read/configuration.ts";
import { renderTerraform, type TerraformDirectory } from "../../src/aws/render/index.ts";
import { definePlatform, parts } from "../../src/index.ts";
import type { Model } from "../../src/model/model.ts";
import { resolve } from "../../src/model/resolve/index.ts";
import { bodies, document } from "./rendered.ts";

/** A platform before and after each of its parts that keep something got another name. */
function model(renamed: boolean): Model {
  const was = <const Name extends string>(former: Name) => (renamed ? { renamedFrom: former } : {});
  const [sql, cache, docs, topic, site] = renamed ? ["orders", "sessions", "papers", "sold", "front"] : ["mysql", "redis", "mongo", "events", "main"];
  const resolved = resolve(definePlatform({
    name: "shop", domain: "shop.example", region: "eu-west-1", environments: { live: { branch: "main" } },
    platform: () => parts({
      sites: { [site]: { host: "www", directory: "www", environment: { API: "{api.url}" }, ...was("main") } },
      services: {
        api: {
          directory: "api", start: "node api.js", host: "api", uses: [sql, cache, docs, topic] as never, migrate: "node migrate.js",
          environment: { DSN: `mysql://{${sql}.host}:{${sql}.port}/{${sql}.database}`, MYSQL_HOST: `{${sql}.host}`, PASSWORD: `{${docs}.password}` },
        },
        worker: { directory: "worker", start: "node worker.js", consumes: [topic] as never, uses: [sql] as never },
      },
      databases: { [sql]: { engine: "mysql", ...was("mysql") }, [cache]: { engine: "redis", ...was("redis") }, [docs]: { engine: "mongodb", ...was("mongo") } },
      topics: { [topic]: was("events") },
    }),
  }));
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.findings, null, 2));
  return resolved.model;
}

const live = (of: Model): TerraformDirectory => {
  const found = renderTerraform(of).find(({ name }) => name === "live");
  if (!found) throw new Error("there is no live");
  return found;
};
const [before, after] = [live(model(false)), live(model(true))];
const documents = ({ files }: TerraformDirectory): readonly Body[] => files.map(({ content }) => asBody(JSON.parse(content)));
const moved = new Map(documents(after).flatMap((file) => asList(file["moved"]).map(asBody)).map(({ from, to }) => [String(from), String(to)]));
const resources = (of: TerraformDirectory): ReadonlyMap<string, Body> => new Map(documents(of).flatMap(blocksOf).filter(({ mode }) => mode === "resource").map(({ address, body }) => [address, body]));

describe("parts with a new name", () => {
  test("move in Terraform, all of each and nothing else", () => {
    const [old, now] = [resources(before), resources(after)];
    const goes = [...old.keys()].filter((address) => !now.has(address));
    expect([...moved.keys()].sort()).toEqual(goes.sort());
    expect([...old.keys()].map((address) => moved.get(address) ?? address).sort()).toEqual([...now.keys()].sort());
    expect(goes).toEqual(expect.arrayContaining(["aws_db_instance.database_mysql", "aws_ebs_volume.database_mongo", "aws_s3_bucket.site_main", "aws_sqs_queue.topic_events_worker"]));
  });

  test("stay on AWS as they are: only variables of their users are called otherwise", () => {
    const now = resources(after);
    const names = [["database_mysql", "database_orders"], ["database_redis", "database_sessions"], ["database_mongo", "database_papers"], ["topic_events", "topic_sold"], ["site_main", "site_front"]] as const;
    const back = (value: unknown): unknown => JSON.parse(names.reduce((text, [from, to]) => text.replaceAll(to, from), JSON.stringify(value)));
    const differ = [...resources(before)].flatMap(([address, body]) => {
      const other = back(now.get(moved.get(address) ?? address));
      return JSON.stringify(other) === JSON.stringify(body) ? [] : [address];
    });
    expect(differ).toEqual(["aws_ecs_task_definition.service_api", "aws_ecs_task_definition.service_api_migrate", "aws_ecs_task_definition.service_worker"]);
  });

  test("are told to their users by their new names, and mean the same", () => {
    const [container] = asList(document(bodies(after)("aws_ecs_task_definition.service_api")["container_definitions"])).map(asBody);
    const variables = new Map(asList(container?.["environment"]).map(asBody).map(({ name, value }) => [name, value]));
    expect(variables.get("ORDERS_HOST")).toBe("${aws_db_instance.database_orders.address}");
    expect(variables.get("ORDERS_DATABASE")).toBe("mysql_data");
    expect(variables.get("MYSQL_HOST")).toBe("${aws_db_instance.database_orders.address}");
    expect(variables.get("DSN")).toBe("mysql://${aws_db_instance.database_orders.address}:3306/mysql_data");
    expect(variables.get("SESSIONS_HOST")).toBe("redis.live.internal.shop.example");
    expect(variables.get("SOLD_TOPIC_ARN")).toBe("${aws_sns_topic.topic_sold.arn}");
    expect([...variables.keys()].filter((name) => /^(REDIS|MONGO|EVENTS)_/.test(String(name)))).toEqual([]);
    const secrets = asList(container?.["secrets"]).map(asBody).map(({ name }) => name);
    expect(secrets).toEqual(expect.arrayContaining(["ORDERS_PASSWORD", "PAPERS_URL", "PASSWORD"]));
  });

  test("have files of their new names, and say in one what moved", () => {
    const names = after.files.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["database-orders.tf.json", "database-orders-users.tf.json", "site-front.tf.json", "topic-sold.tf.json", "moved.tf.json"]));
    expect(names.filter((name) => /mysql|redis|mongo|events|main/.test(name))).toEqual([]);
    expect(before.files.map(({ name }) => name)).not.toContain("moved.tf.json");
  });
});

import { describe, expect, test } from "vitest";
import { addressesIn } from "../../src/aws/read/configuration.ts";
import type { Model, Shared } from "../../src/model/model.ts";
import { addresses, bodies, directoryOf } from "./rendered.ts";
import { exampleModel } from "./platforms.ts";
import { shopModel } from "./shop.ts";

function withShared(fields: Partial<Shared>): Model {
  const model = shopModel();
  return { ...model, shared: { ...model.shared, ...fields } };
}

describe("a zone of our own", () => {
  const shared = directoryOf(withShared({ zone: "own", certificateAuthorities: ["amazon.com", "letsencrypt.org"] }), "shared");

  test("is kept from being destroyed, and its name servers are told", () => {
    expect(bodies(shared)("aws_route53_zone.zone")).toMatchObject({ name: "shop.example", lifecycle: { prevent_destroy: true } });
    expect(shared.files.find(({ name }) => name === "zone.tf.json")?.content).toContain("name_servers");
  });

  test("says who may make certificates", () => {
    expect(bodies(shared)("aws_route53_record.certificate_authorities")).toMatchObject({
      zone_id: "${aws_route53_zone.zone.zone_id}", name: "shop.example", type: "CAA", records: ['0 issue "amazon.com"', '0 issue "letsencrypt.org"'],
    });
  });
});

describe("a zone that is there already", () => {
  test("is not touched", () => {
    const shared = directoryOf(withShared({ zone: "existing", certificateAuthorities: [] }), "shared");
    expect(shared.files.map(({ name }) => name)).not.toContain("zone.tf.json");
    expect(addresses(shared, "aws_route53_zone")).toEqual([]);
  });

  test("is looked up to say who may make certificates, when that is written", () => {
    const shared = directoryOf(withShared({ zone: "existing", certificateAuthorities: ["amazon.com"] }), "shared");
    expect(addresses(shared, "aws_route53_zone")).toEqual(["data.aws_route53_zone.zone"]);
    expect(bodies(shared)("aws_route53_record.certificate_authorities")).toMatchObject({ zone_id: "${data.aws_route53_zone.zone.zone_id}", records: ['0 issue "amazon.com"'] });
  });
});

test.each([["dailyge", "dev"], ["dailyge", "prod"], ["notes", "live"]])("records of %s %s go to the account that holds the zone", async (name, environment) => {
  const directory = directoryOf(await exampleModel(name), environment);
  const records = addresses(directory, "aws_route53_record").map(bodies(directory));
  const domains = records.filter(({ zone_id }) => addressesIn(zone_id).includes("data.aws_route53_zone.zone"));
  expect(domains.length).toBeGreaterThan(0);
  expect(domains.filter(({ provider }) => provider !== "aws.shared")).toEqual([]);
  // What is left is in the network's own zone.
  expect(records.filter((record) => !domains.includes(record)).filter(({ provider }) => provider !== undefined)).toEqual([]);
  expect(bodies(directory)("data.aws_route53_zone.zone")["provider"]).toBe("aws.shared");
});

import { describe, expect, test } from "vitest";
import { contains, parseNetwork, type Network as Block } from "../../src/kit/address.ts";
import { addressesIn, asBody, asList, type Body } from "../../src/aws/read/configuration.ts";
import type { TerraformDirectory } from "../../src/aws/render/index.ts";
import type { Network } from "../../src/model/network.ts";
import { addresses, bodies, directoryOf, document } from "./rendered.ts";
import { shopEnvironment, shopModel } from "./shop.ts";

function withNetwork(network: Partial<Network>): TerraformDirectory {
  const environment = shopEnvironment();
  const usual: Network = { addresses: "10.20.0.0/16", zones: 2, nat: "one", flowLogDays: 30, existing: null };
  return directoryOf({ ...shopModel(), environments: [{ ...environment, network: { ...usual, ...network } }] }, "live");
}

const cidrs = (directory: TerraformDirectory): Readonly<Record<string, unknown>> =>
  Object.fromEntries(addresses(directory, "aws_subnet").map((address) => [address.replace("aws_subnet.", ""), bodies(directory)(address)["cidr_block"]]));

/** What a subnet's own table sends everywhere: the body of that route; undefined where it sends nothing. */
function wayOf(directory: TerraformDirectory, subnet: string): Body | undefined {
  const all = (type: string) => addresses(directory, type).map(bodies(directory));
  const table = addressesIn(all("aws_route_table_association").find(({ subnet_id }) => addressesIn(subnet_id).includes(`aws_subnet.${subnet}`))?.["route_table_id"])[0];
  if (table === undefined) throw new Error(`${subnet} has no table`);
  return all("aws_route").find(({ route_table_id }) => addressesIn(route_table_id).includes(table));
}

/** The subnet of the NAT gateway that this one goes out through. */
function natOf(directory: TerraformDirectory, subnet: string): string | undefined {
  const gateway = addressesIn(wayOf(directory, subnet)?.["nat_gateway_id"])[0];
  return gateway === undefined ? undefined : addressesIn(bodies(directory)(gateway)["subnet_id"])[0];
}

describe("subnets", () => {
  test("of a network about which nothing is written", () => {
    expect(cidrs(withNetwork({}))).toEqual({
      public_a: "10.20.0.0/20", public_b: "10.20.16.0/20", private_a: "10.20.64.0/20", private_b: "10.20.80.0/20", data_a: "10.20.128.0/20", data_b: "10.20.144.0/20",
    });
  });

  test.each(["10.20.0.0/16", "172.31.128.0/17", "192.168.254.0/23"])("of %s are nine in three zones, all in it and none in another", (block) => {
    const parsed = (text: unknown): Block => {
      const read = parseNetwork(String(text));
      if (!read) throw new Error(`${String(text)} is no block`);
      return read;
    };
    const found = Object.values(cidrs(withNetwork({ addresses: block, zones: 3 }))).map(parsed);
    expect(found).toHaveLength(9);
    for (const each of found) {
      expect(contains(parsed(block), each)).toBe(true);
      expect(found.filter((other) => contains(each, other) || contains(other, each))).toEqual([each]);
    }
  });

  test("keep where they are when a zone is added", () => {
    expect(cidrs(withNetwork({ zones: 3 }))).toMatchObject(cidrs(withNetwork({ zones: 2 })));
  });

  test("have no address that the internet knows, and stay in their zone", () => {
    const directory = withNetwork({ zones: 3 });
    for (const body of addresses(directory, "aws_subnet").map(bodies(directory))) {
      expect(body).toMatchObject({ map_public_ip_on_launch: false, lifecycle: { ignore_changes: ["availability_zone"] } });
    }
  });
});

describe.each([2, 3])("ways out of %i zones", (zones) => {
  const letters = ["a", "b", "c"].slice(0, zones);

  test("one: all private subnets share it", () => {
    const directory = withNetwork({ zones, nat: "one" });
    expect(addresses(directory, "aws_nat_gateway")).toEqual(["aws_nat_gateway.main"]);
    expect(letters.map((letter) => natOf(directory, `private_${letter}`))).toEqual(letters.map(() => "aws_subnet.public_a"));
  });

  test("one per zone: each private subnet has that of its zone, with an address of its own", () => {
    const directory = withNetwork({ zones, nat: "one per zone" });
    expect(letters.map((letter) => natOf(directory, `private_${letter}`))).toEqual(letters.map((letter) => `aws_subnet.public_${letter}`));
    const held = addresses(directory, "aws_nat_gateway").map((address) => addressesIn(bodies(directory)(address)["allocation_id"])[0]);
    expect(new Set(held).size).toBe(zones);
  });

  test.each(["one", "one per zone"] as const)("%s: public subnets go straight, and data nowhere", (nat) => {
    const directory = withNetwork({ zones, nat });
    for (const letter of letters) {
      expect(wayOf(directory, `public_${letter}`)?.["gateway_id"]).toBe("${aws_internet_gateway.main.id}");
      expect(wayOf(directory, `data_${letter}`)).toBeUndefined();
    }
    const near = asList(bodies(directory)("aws_vpc_endpoint.s3")["route_table_ids"]).flatMap(addressesIn);
    expect(near).toEqual(nat === "one" ? ["aws_route_table.private"] : letters.map((letter) => `aws_route_table.private${letter === "a" ? "" : `_${letter}`}`));
  });
});

test("where no RDS is, no subnets are for it", () => {
  const services = shopEnvironment().services.filter(({ name }) => name === "idle");
  const directory = directoryOf({ ...shopModel(), environments: [{ ...shopEnvironment(), services, databases: [] }] }, "live");
  expect(addresses(directory, "aws_subnet").map((address) => address.slice("aws_subnet.".length, -2))).toEqual([...Array(3).fill("public"), ...Array(3).fill("private")]);
  expect(addresses(directory, "aws_route_table")).toEqual(["public", "private", "private_b", "private_c"].map((name) => `aws_route_table.${name}`));
});

test("more ways out leave the first as it is", () => {
  const [few, many] = [withNetwork({ nat: "one" }), withNetwork({ nat: "one per zone" })];
  for (const type of ["aws_eip", "aws_nat_gateway", "aws_route", "aws_route_table"]) {
    for (const address of addresses(few, type)) expect(bodies(many)(address)).toEqual(bodies(few)(address));
  }
});

describe("records of connections", () => {
  test("are of everything, and go into a bucket that keeps them as long as is written", () => {
    const body = bodies(withNetwork({ flowLogDays: 90 }));
    expect(body("aws_flow_log.main")).toMatchObject({
      vpc_id: "${aws_vpc.main.id}", traffic_type: "ALL", log_destination_type: "s3", log_destination: "${aws_s3_bucket.flow_logs.arn}", depends_on: ["aws_s3_bucket_policy.flow_logs"],
    });
    expect(body("aws_s3_bucket_lifecycle_configuration.flow_logs")["rule"]).toMatchObject([{ status: "Enabled", expiration: [{ days: 90 }] }]);
    expect(body("aws_s3_bucket_public_access_block.flow_logs")).toMatchObject({ block_public_acls: true, block_public_policy: true, ignore_public_acls: true, restrict_public_buckets: true });
  });

  test("may be written by AWS's own hand alone, for this account and region", () => {
    const policy = asBody(document(bodies(withNetwork({}))("aws_s3_bucket_policy.flow_logs")["policy"]));
    const allowed = asList(policy["Statement"]).map(asBody).filter(({ Effect }) => Effect === "Allow");
    expect(allowed).toHaveLength(2);
    for (const statement of allowed) {
      expect(statement["Principal"]).toEqual({ Service: "delivery.logs.amazonaws.com" });
      expect(statement["Condition"]).toMatchObject({
        StringEquals: { "aws:SourceAccount": "${data.aws_caller_identity.current.account_id}" },
        ArnLike: { "aws:SourceArn": "arn:aws:logs:eu-west-1:${data.aws_caller_identity.current.account_id}:*" },
      });
    }
  });

  test("are not made where none are to be kept", () => {
    const directory = withNetwork({ flowLogDays: 0 });
    expect(addresses(directory, "aws_flow_log")).toEqual([]);
    expect(addresses(directory, "aws_s3_bucket")).not.toContain("aws_s3_bucket.flow_logs");
  });
});

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addressesOf } from "../../src/aws/read/address.ts";
import { renderTerraform, type TerraformDirectory } from "../../src/aws/render/index.ts";
import { readExtra, withExtra } from "../../src/aws/run/extra.ts";
import { writeDirectories } from "../../src/aws/run/plan.ts";
import { shopModel } from "./shop.ts";

let sources: string;
let out: string;
beforeEach(() => {
  sources = mkdtempSync(join(tmpdir(), "extra-test-"));
  out = join(sources, "terraform");
});
afterEach(() => rmSync(sources, { recursive: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(sources, path)), { recursive: true });
  writeFileSync(join(sources, path), content);
}

const rendered = renderTerraform(shopModel());
const together = async (): Promise<readonly TerraformDirectory[]> => withExtra(rendered, await readExtra(sources), ["shared", "live"]);
const BUCKET = 'resource "aws_s3_bucket" "uploads" {\n  bucket = "uploads"\n}\n';

test("without the folder all is as it was", async () => {
  expect(await together()).toBe(rendered);
});

test("a file in extra is every environment's, one in extra/NAME that directory's; a removed one goes", async () => {
  write("extra/uploads.tf", BUCKET);
  write("extra/live/size.tf.json", '{"variable": {"size": {"default": 1}}}');
  write("extra/shared/mail.tf", 'resource "aws_route53_record" "mail" {\n  zone_id = aws_route53_zone.zone.zone_id\n}\n');
  write("extra/README.md", "# not Terraform\n");
  await writeDirectories(await together(), out);
  const copy = readFileSync(join(out, "live/uploads.tf"), "utf8");
  expect(copy.split("\n")[1]).toBe("# It is a copy of extra/uploads.tf.");
  expect(copy.endsWith(BUCKET)).toBe(true);
  expect(JSON.parse(readFileSync(join(out, "live/size.tf.json"), "utf8"))).toMatchObject({ variable: { size: { default: 1 } } });
  expect(readdirSync(join(out, "shared"))).toContain("mail.tf");
  expect(readdirSync(join(out, "shared"))).not.toContain("uploads.tf");
  const { written, unchanged } = await writeDirectories(await together(), out);
  expect([written, unchanged.filter((path) => /uploads|size|mail/.test(path)).sort()]).toEqual([[], ["live/size.tf.json", "live/uploads.tf", "shared/mail.tf"]]);
  rmSync(join(sources, "extra/uploads.tf"));
  writeFileSync(join(out, "live/own.tf"), BUCKET);
  expect((await writeDirectories(await together(), out)).removed).toEqual(["live/uploads.tf"]);
  expect(readdirSync(join(out, "live"))).toContain("own.tf");
});

test("what somebody put into the output by hand is not overwritten", async () => {
  write("extra/uploads.tf", BUCKET);
  mkdirSync(join(out, "live"), { recursive: true });
  writeFileSync(join(out, "live/uploads.tf"), "# mine\n");
  await expect(writeDirectories(await together(), out)).rejects.toMatchObject({ code: "state-foreign" });
  expect(readFileSync(join(out, "live/uploads.tf"), "utf8")).toBe("# mine\n");
});

const CLASHES: readonly (readonly [name: string, files: Readonly<Record<string, string>>, message: string])[] = [
  ["a file called as one of ours", { "extra/network.tf.json": "{}" }, "extra/network.tf.json has the name of live/network.tf.json, which is ours"],
  ["a resource of ours", { "extra/net.tf": 'resource "aws_vpc" "main" {}' }, "extra/net.tf defines aws_vpc.main, and so does live/network.tf.json, which is ours"],
  ["a resource of ours, in JSON", { "extra/net.tf.json": '{"resource": {"aws_vpc": {"main": {}}}}' }, "extra/net.tf.json defines aws_vpc.main, and so does live/network.tf.json, which is ours"],
  ["a data source of ours", { "extra/who.tf": 'data "aws_caller_identity" "current" {}' }, "extra/who.tf defines data.aws_caller_identity.current, and so does live/terraform.tf.json, which is ours"],
  ["two files of one name", { "extra/uploads.tf": BUCKET, "extra/live/uploads.tf": "" }, "extra/uploads.tf has the name of extra/live/uploads.tf"],
  ["two of one address", { "extra/one.tf": BUCKET, "extra/two.tf": BUCKET }, "extra/two.tf defines aws_s3_bucket.uploads, and so does extra/one.tf"],
  ["a folder of no directory", { "extra/liev/uploads.tf": BUCKET }, "extra/liev/uploads.tf is for no directory: there is no liev"],
  ["no JSON", { "extra/one.tf.json": '{"resource": ' }, "extra/one.tf.json is no JSON of Terraform"],
  ["a list", { "extra/one.tf.json": "[]" }, "extra/one.tf.json is no JSON of Terraform: it is a list"],
];

describe("is refused", () => {
  test.each(CLASHES)("%s", async (_name, files, message) => {
    for (const [path, content] of Object.entries(files)) write(path, content);
    await expect(together()).rejects.toMatchObject({ code: "usage", message: expect.stringContaining(message) });
  });
});

test("addresses are read from Terraform's own language, whatever stands in comments and texts", () => {
  const content = `# resource "aws_vpc" "commented" {}
/* data "aws_ami" "commented" {} */
resource "aws_vpc" "one" { // resource "aws_vpc" "late" {
  tags = { Name = "resource \\"x\\" \\"y\\" {" , Other = "\${var.a["b"]}" }
}
resource aws_vpc two {}
data "aws_ami" "image" {
  filter { name = "resource" }
}
variable "size" {}
output "host" { value = aws_vpc.one.id }
module "mail" { source = "./mail" }
locals { script = <<-EOT
  resource "aws_vpc" "in_text" {
  EOT
}
ephemeral "random_password" "it" {}
terraform { backend "local" {} }
`;
  expect(addressesOf({ name: "x.tf", content })).toEqual([
    "aws_vpc.one", "aws_vpc.two", "data.aws_ami.image", "var.size", "output.host", "module.mail", "ephemeral.random_password.it",
  ]);
});

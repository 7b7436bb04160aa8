import { expect, test } from "vitest";
import { permitting, requirePermission, unpermitted } from "../../src/aws/run/guard.ts";
import { bodies, directoryOf } from "./rendered.ts";
import { exampleModel } from "./platforms.ts";

const DATABASE = "aws_db_instance.database_mysql";
const lost = (address: string, action: "replace" | "destroy") => ({
  address, type: address.split(".")[0] ?? "", action, movedFrom: null, imported: false, attributes: [], forcedBy: action === "replace" ? ["engine"] : [], reason: null,
});
const plan = { changes: [lost(DATABASE, "replace"), lost('aws_s3_bucket.old["a b"]', "destroy"), lost("aws_subnet.public_a", "destroy")], drift: [], strangeRules: [], compared: 3, outputsChange: false };

test("what holds data goes only when that very address is named", () => {
  expect(unpermitted(plan, []).map(({ address }) => address)).toEqual([DATABASE, 'aws_s3_bucket.old["a b"]']);
  expect(unpermitted(plan, [DATABASE]).map(({ address }) => address)).toEqual(['aws_s3_bucket.old["a b"]']);
  expect(unpermitted(plan, [DATABASE, 'aws_s3_bucket.old["a b"]'])).toEqual([]);
  expect(unpermitted(plan, ["aws_db_instance.database_mysq", "aws_db_instance"])).toHaveLength(2);
});

test("the refusal says what would be lost, why, and what to type when it is meant", () => {
  let refusal: unknown;
  try {
    requirePermission(unpermitted(plan, []), "./dailyge apply --environment prod");
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toMatchObject({
    code: "data-guarded",
    message: "nothing was changed: it would destroy 2 things that hold data",
    details: [`${DATABASE}: the database with all its data, because of engine`, 'aws_s3_bucket.old["a b"]: the bucket with all its objects'],
    hint: `if that is meant: ./dailyge apply --environment prod --destroy ${DATABASE} --destroy 'aws_s3_bucket.old["a b"]'`,
  });
  expect(() => requirePermission([], "")).not.toThrow();
});

test("naming it takes Terraform's own protection from it, and from nothing else", async () => {
  const model = await exampleModel("dailyge");
  const prod = directoryOf(model, "prod");
  const [permitted] = permitting([prod], [DATABASE]);
  if (!permitted) throw new Error("the directory is gone");
  expect(bodies(prod)(DATABASE)["lifecycle"]).toMatchObject({ prevent_destroy: true });
  expect(JSON.stringify(bodies(permitted)(DATABASE)["lifecycle"] ?? {})).not.toContain("prevent_destroy");
  const others = permitted.files.filter(({ content }, index) => content !== prod.files[index]?.content);
  expect(others.map(({ name }) => name)).toEqual(["database-mysql.tf.json"]);
  expect(permitting([prod], ["aws_vpc.nothing"])[0]?.files.map(({ content }) => content)).toEqual(prod.files.map(({ content }) => content));
});

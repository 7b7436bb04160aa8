import { asBody } from "../configuration.ts";
import { each, type Rule } from "./rule.ts";

/** What holds data that nothing brings back. A bucket that is not empty cannot be destroyed anyhow, as long as nobody forces it. */
const HOLDERS = ["aws_db_instance", "aws_ebs_volume"] as const;

const says = "Terraform does not destroy what holds data";

export const KEPT: readonly Rule[] = [
  ...HOLDERS.map((type) =>
    each(type, { name: `${type.replace("aws_", "").replaceAll("_", "-")}.prevent_destroy`, controls: [], says }, ({ body }) =>
      asBody(body["lifecycle"])["prevent_destroy"] === true ? undefined : "lifecycle.prevent_destroy is not true"),
  ),
  each("aws_route53_zone", { name: "route53-zone.prevent_destroy", controls: [], says }, ({ body }) =>
    // One of a network alone answers again as soon as it is made anew.
    body["vpc"] !== undefined || asBody(body["lifecycle"])["prevent_destroy"] === true ? undefined : "lifecycle.prevent_destroy is not true"),
  each("aws_s3_bucket", { name: "s3-bucket.force_destroy", controls: [], says }, ({ body }) => (body["force_destroy"] === true ? "force_destroy is true" : undefined)),
];

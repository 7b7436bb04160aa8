import { expression, quoted, resource, type Block, type Resource } from "../terraform.ts";
import { SHARED_PROVIDER, type Place } from "./place.ts";

export interface Certificate {
  readonly blocks: readonly Block[];
  /** Its certificate can be used as soon as this exists. */
  readonly valid: Resource<"aws_acm_certificate_validation">;
}

/**
 * A certificate for these hosts, proved by records in the zone, renewed by AWS as long as those stay. It is free for AWS's
 * own servers; an exportable one, for servers of ours, is paid for each time it is made and renewed, twice a year.
 */
export function renderCertificate(
  place: Place, name: string, hosts: readonly [string, ...string[]], { region, exportable = false }: { region?: string; exportable?: boolean } = {},
): Certificate {
  const where = region === undefined ? {} : { region };
  const [first, ...others] = hosts;
  const certificate = resource(
    "aws_acm_certificate", name,
    { ...where, domain_name: first, ...(others.length > 0 && { subject_alternative_names: others }), validation_method: "DNS", ...(exportable && { options: { export: "ENABLED" } }) },
    { lifecycle: { create_before_destroy: true } },
  );
  const records = hosts.map((host, index) => {
    const option = (field: string) =>
      expression`one([for option in ${certificate.of("domain_validation_options")} : option.${field} if option.domain_name == ${quoted(host)}])`;
    return resource(
      "aws_route53_record", `${name}_certificate${index === 0 ? "" : `_${index}`}`,
      {
        zone_id: place.zone.of("zone_id"),
        name: option("resource_record_name"),
        type: option("resource_record_type"),
        records: [option("resource_record_value")],
        ttl: 300,
        allow_overwrite: true,
      },
      { provider: SHARED_PROVIDER },
    );
  });
  const valid = resource("aws_acm_certificate_validation", name, {
    ...where,
    certificate_arn: certificate.of("arn"),
    validation_record_fqdns: records.map((record) => record.of("fqdn")),
  });
  return { blocks: [certificate, ...records, valid], valid };
}

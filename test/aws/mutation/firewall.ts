import { addressesIn, asBody, asList, ofType, texts, type Body, type Configuration, type WrittenFile } from "../../../src/aws/read/configuration.ts";

/** A rule that counts: how many in how long, by what, and what is answered then. */
export interface Rate {
  readonly name: string;
  readonly limit: number;
  readonly seconds: number;
  readonly key: string;
  /** Null where it only counts. */
  readonly status: number | null;
}

export function rates(acl: Body): readonly Rate[] {
  return asList(acl["rule"]).map(asBody).flatMap((rule) => {
    const rate = asBody(asBody(rule["statement"])["rate_based_statement"]);
    if (rate["limit"] === undefined) return [];
    const { block } = asBody(rule["action"]);
    const status = block === undefined ? null : Number(asBody(asBody(block)["custom_response"])["response_code"] ?? 403);
    return [{ name: texts(rule["name"])[0] ?? "", limit: Number(rate["limit"]), seconds: Number(rate["evaluation_window_sec"]), key: texts(rate["aggregate_key_type"])[0] ?? "", status }];
  });
}

/** The groups of AWS's that are asked, each with whether it decides. */
export function managed(acl: Body): readonly string[] {
  return asList(acl["rule"]).map(asBody).flatMap(({ statement, override_action }) => {
    const group = asBody(asBody(statement)["managed_rule_group_statement"]);
    return texts(group["name"]).map((name) => `${texts(group["vendor_name"])[0] ?? "nobody"} ${name}${asBody(override_action)["none"] === undefined ? " counts" : ""}`);
  });
}

/** The one that belongs to what everyone may call. */
export function edgeAcl(configuration: Configuration): Body | undefined {
  const open = ofType(configuration, "aws_lb").filter(({ body }) => body["internal"] !== true).map(({ address }) => address);
  const [attached] = ofType(configuration, "aws_wafv2_web_acl_association").filter(({ body }) => addressesIn(body["resource_arn"]).some((address) => open.includes(address)));
  return attached && configuration.blocks.get(addressesIn(attached.body["web_acl_arn"])[0] ?? "")?.body;
}

/** The same files with other rules in their web ACLs. */
export function withRules(files: readonly WrittenFile[], change: (rules: readonly Body[]) => readonly Body[]): readonly WrittenFile[] {
  return files.map((file) => {
    const document = asBody(JSON.parse(file.content));
    const resources = asBody(document["resource"]);
    if (resources["aws_wafv2_web_acl"] === undefined) return file;
    const acls = Object.entries(asBody(resources["aws_wafv2_web_acl"])).map(([name, acl]) => [name, { ...asBody(acl), rule: change(asList(asBody(acl)["rule"]).map(asBody)) }]);
    return { ...file, content: JSON.stringify({ ...document, resource: { ...resources, aws_wafv2_web_acl: Object.fromEntries(acls) } }) };
  });
}

/** A rule that refuses the second request already. */
export function impatient(rule: Body): Body {
  const statement = asBody(rule["statement"]);
  const rate = asBody(statement["rate_based_statement"]);
  return rate["limit"] === undefined ? rule : { ...rule, statement: { ...statement, rate_based_statement: { ...rate, limit: 1 } } };
}

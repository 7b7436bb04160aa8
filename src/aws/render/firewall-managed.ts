import { MANAGED_RULES, type ManagedRules } from "../../model/protection.ts";
import type { Wafv2WebAcl_Rule } from "../schema/types.ts";
import { seen } from "./firewall-rule.ts";

interface Group {
  readonly name: string;
  /** Capacity units. */
  readonly capacity: number;
  /** Its rules that only count, for honest requests match them too; what they count is in the firewall's log. */
  readonly counted: readonly string[];
}

/** Groups of AWS's. https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html */
export const GROUPS: Readonly<Record<ManagedRules, Group>> = {
  "ip reputation": { name: "AWSManagedRulesAmazonIpReputationList", capacity: 25, counted: [] },
  "known bad inputs": { name: "AWSManagedRulesKnownBadInputsRuleSet", capacity: 200, counted: [] },
  common: {
    name: "AWSManagedRulesCommonRuleSet",
    capacity: 700,
    counted: [
      "SizeRestrictions_BODY", // Anything above 8 KB: every upload.
      "CrossSiteScripting_BODY", // Texts with markup in them.
      "GenericLFI_BODY", // Texts with ../ in them.
      "GenericRFI_BODY", // Texts with the address of a page whose host is a number.
      "EC2MetaDataSSRF_BODY", // Texts that speak of that address.
      "NoUserAgent_HEADER", // Programs of partners that do not say their name.
    ],
  },
};

/** A rule for each of these groups, in their own order. `firewall` is the web ACL's name. */
export function managedRules(firewall: string, wanted: readonly ManagedRules[], from: number): readonly Wafv2WebAcl_Rule[] {
  return MANAGED_RULES.flatMap((key, index) => {
    if (!wanted.includes(key)) return [];
    const { name, counted } = GROUPS[key];
    const short = `managed-${key.replaceAll(" ", "-")}`;
    return [{
      name: short,
      priority: from + index,
      override_action: { none: {} },
      statement: {
        managed_rule_group_statement: {
          vendor_name: "AWS",
          name,
          ...(counted.length > 0 && { rule_action_override: counted.map((rule) => ({ name: rule, action_to_use: { count: {} } })) }),
        },
      },
      visibility_config: seen(`${firewall}-${short}`),
    }];
  });
}

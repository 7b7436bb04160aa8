import type { Wafv2WebAcl_Rule, Wafv2WebAcl_Rule_Statement } from "../schema/types.ts";

/** What a refusal says: the same as the load balancer's own. */
export const ANSWERS = {
  "bad-request": { status: 400, content: "Bad request\n" },
  forbidden: { status: 403, content: "Forbidden\n" },
  "too-many-requests": { status: 429, content: "Too many requests\n" },
} as const;

/** What CloudWatch counts for a rule or a whole web ACL. */
export const seen = (metric_name: string) => ({ cloudwatch_metrics_enabled: true, sampled_requests_enabled: true, metric_name });

/** A rule by which a request that matches is refused. `firewall` is the web ACL's name. */
export function refusing(
  firewall: string, name: string, priority: number, statement: Wafv2WebAcl_Rule_Statement, answer: keyof typeof ANSWERS,
  headers: Readonly<Record<string, string>> = {},
): Wafv2WebAcl_Rule {
  const response_header = Object.entries(headers).map(([header, value]) => ({ name: header, value }));
  const custom_response = { response_code: ANSWERS[answer].status, custom_response_body_key: answer, ...(response_header.length > 0 && { response_header }) };
  return { name, priority, action: { block: { custom_response } }, statement, visibility_config: seen(`${firewall}-${name}`) };
}

/** The texts that the refusals of these rules name. */
export const answerBodies = () => Object.entries(ANSWERS).map(([key, { content }]) => ({ key, content_type: "TEXT_PLAIN", content }));

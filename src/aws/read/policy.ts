import { addressesIn, asBody, asList, ofType, parsed, texts, type Body, type Configuration, type WrittenBlock } from "./configuration.ts";

/** The statements of a policy that is written as text. */
export const statementsOf = (policy: unknown): readonly Body[] => asList(asBody(parsed(policy))["Statement"]).map(asBody);

/**
 * The policy of a role's own that lets it do something to a resource. Denials and conditions are not looked at: they
 * can only take away.
 */
export function mayDo(configuration: Configuration, role: unknown, action: string, resource: string): WrittenBlock | undefined {
  const [holder] = addressesIn(role);
  if (holder === undefined) return undefined;
  const policies = ofType(configuration, "aws_iam_role_policy").filter(({ body }) => addressesIn(body["role"]).includes(holder));
  return policies.find(({ body }) =>
    statementsOf(body["policy"]).some((statement) => {
      const resources = asList(statement["Resource"]);
      return allows(statement, action) && (resources.includes("*") || addressesIn(resources).includes(resource));
    }),
  );
}

/** Whether a statement allows an action, which may be written with `*`, in capitals or not. */
export function allows({ Effect, Action }: Body, action: string): boolean {
  const matches = (pattern: string) => (!pattern.includes("*") ? pattern.toLowerCase() === action.toLowerCase() : new RegExp(`^${pattern.toLowerCase().split("*").map((part) => part.replaceAll(/[^\w:]/g, "\\$&")).join(".*")}$`).test(action.toLowerCase()));
  return Effect === "Allow" && texts(Action).some(matches);
}

import type { Delivery } from "../../model/delivery.ts";
import { json, resource, type Block, type Text } from "../terraform.ts";
import type { Statement } from "./role.ts";

/** Who may take a role on: a workflow that runs for a pull request, or on a branch. */
export type Workflow = { readonly on: "pull request" } | { readonly on: "branch"; readonly branch: string };

export const GITHUB = "token.actions.githubusercontent.com";

/** Longer than an apply of a database with a standby takes; what GitHub asks for is an hour unless told otherwise. */
const APPLY_SECONDS = 2 * 3_600;
const PLAN_SECONDS = 3_600;

/** A role for workflows, and what it may do. */
export function workflowRole(
  name: string, physical: string, description: string, { provider, delivery, workflow, may }: { provider: Text; delivery: Delivery; workflow: Workflow; may: readonly Statement[] },
): readonly Block[] {
  const role = resource("aws_iam_role", name, {
    name: physical,
    description,
    assume_role_policy: githubTrust(provider, delivery, workflow),
    max_session_duration: workflow.on === "branch" ? APPLY_SECONDS : PLAN_SECONDS,
  });
  const Statement = may.map((statement) => ({ Effect: "Allow", ...statement }));
  return [role, resource("aws_iam_role_policy", name, { name: "allowed", role: role.of("id"), policy: json({ Version: "2012-10-17", Statement }) })];
}

/**
 * Trusts GitHub's tokens of one repository and one occasion. A subject has names only, or since 2026 also their numbers,
 * `repo:owner@1/name@2:…`; both are taken, the latter with any numbers. What keeps strangers out is not that pattern but the
 * repository and the branch as claims of their own, compared as they are.
 * https://docs.github.com/en/actions/reference/security/oidc
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
export function githubTrust(provider: Text, { repository, repositoryId }: Delivery, workflow: Workflow): Text {
  const [owner = "", name = ""] = repository.split("/");
  const occasion = workflow.on === "branch" ? `ref:refs/heads/${workflow.branch}` : "pull_request";
  const equals = {
    aud: "sts.amazonaws.com",
    repository,
    ...(repositoryId !== null && { repository_id: String(repositoryId) }),
    ...(workflow.on === "branch" && { ref: `refs/heads/${workflow.branch}` }),
  };
  return json({
    Version: "2012-10-17",
    Statement: [{
      Effect: "Allow",
      Principal: { Federated: provider },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringEquals: Object.fromEntries(Object.entries(equals).map(([claim, value]) => [`${GITHUB}:${claim}`, value])),
        StringLike: { [`${GITHUB}:sub`]: [`repo:${repository}:${occasion}`, `repo:${owner}@*/${name}@*:${occasion}`] },
      },
    }],
  });
}

import type { Model } from "../../model/model.ts";
import { sharedRoleArn } from "./shared-role.ts";

/**
 * How Terraform plans for whoever may read states and look things up, but not read what is there, as the role of pull requests:
 * that a secret is as it was can only be seen by reading it.
 */
export function storedPlanWords({ shared, environments }: Model, directory: string): readonly string[] {
  const account = environments.find(({ name }) => name === directory)?.account ?? shared.account;
  const role = account === shared.account ? null : sharedRoleArn(shared, directory, "read");
  return ["-refresh=false", ...(role === null ? [] : [`-var=shared_role=${role}`])];
}

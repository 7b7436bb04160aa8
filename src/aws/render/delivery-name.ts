import type { Shared } from "../../model/model.ts";
import { physicalName } from "./names.ts";

/** Roles that a repository's workflows take on, by name. */

/** Of pull requests, for everything of the platform in one account. */
export const planRoleName = (platform: string): string => physicalName("role", platform, "plan");

/** Of a directory's branch. */
export const applyRoleName = (platform: string, directory: string): string => physicalName("role", platform, directory, "apply");

/** The policy beyond which no role goes that a delivery makes. */
export const boundaryName = (platform: string, environment: string): string => physicalName("other", platform, environment, "boundary");

/** The same as every role of an environment names it; null where nobody but people delivers, who are bound by what they are. */
export function boundaryArn({ name, delivery }: Shared, environment: string, account: string | null): string | null {
  return delivery === null || account === null ? null : `arn:aws:iam::${account}:policy/${boundaryName(name, environment)}`;
}

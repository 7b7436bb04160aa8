import type { Shared } from "../../model/model.ts";
import { physicalName } from "./names.ts";

/** By what name an environment of another account finds the role that lets it write into the zone and the registry, and the one that only reads. */
export const sharedRoleName = (platform: string, environment: string, may: "write" | "read"): string =>
  physicalName("role", `${platform}-${environment}`, may === "write" ? "shared" : "shared-read");

/** The role that writes; `bootstrap` makes it. Null where the definition does not say which account that is. */
export function sharedRoleArn({ name, account }: Shared, environment: string, may: "write" | "read" = "write"): string | null {
  return account === null ? null : `arn:aws:iam::${account}:role/${sharedRoleName(name, environment, may)}`;
}

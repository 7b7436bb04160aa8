import type { Shared } from "../../model/model.ts";
import { expression } from "../terraform.ts";
import type { Noun } from "./directory.ts";
import type { Place } from "./place.ts";
import { sharedRoleArn } from "./shared-role.ts";
import { backend } from "./state-bucket.ts";

/** What every directory needs. */
const NEEDED = {
  // Write-only arguments and ephemeral resources, in Terraform and OpenTofu.
  required_version: ">= 1.11.0",
  required_providers: { aws: { source: "hashicorp/aws", version: "~> 6.66" } },
};

/** A directory's `terraform` block. */
export const terraformBlock = (shared: Shared, account: string | null, directory: string): Readonly<Record<string, unknown>> => ({
  ...backend(shared, account, directory), ...NEEDED,
});

/** The account that a provider works in, which it checks before anything else happens. */
export const only = (account: string | null): Readonly<Record<string, unknown>> => (account === null ? {} : { allowed_account_ids: [account] });

/** Versions and provider of `shared/`. */
export function sharedSettings(shared: Shared): Noun {
  const provider = { region: shared.region, default_tags: [{ tags: { platform: shared.name } }], ...only(shared.account) };
  return { name: "terraform", blocks: [], settings: { terraform: terraformBlock(shared, shared.account, "shared"), provider: { aws: [provider] } } };
}

/** Versions and providers of an environment. */
export function environmentSettings({ shared, environment, account }: Place): Noun {
  const tags = { platform: shared.name, environment: environment.name };
  const own = { region: shared.region, default_tags: [{ tags }], ...only(environment.account) };
  const { provider, variable } = sharedProvider(shared, environment.name, environment.account);
  return {
    name: "terraform",
    blocks: [account],
    settings: { terraform: terraformBlock(shared, environment.account, environment.name), ...(variable && { variable }), provider: { aws: [own, provider] } },
  };
}

/** The provider for the zone and the images: the environment's own account, another one by a role of it, or one that a profile knows. */
function sharedProvider(shared: Shared, environment: string, account: string | null): { readonly provider: object; readonly variable?: object } {
  const base = { alias: "shared", region: shared.region, ...only(shared.account) };
  if (account !== null && shared.account === account) return { provider: base };
  const role = account === null ? null : sharedRoleArn(shared, environment);
  if (role !== null) {
    const description = "Role in the account that holds the zone and the registry.";
    return { provider: { ...base, assume_role: [{ role_arn: expression`var.shared_role` }] }, variable: { shared_role: { type: "string", default: role, description } } };
  }
  const description = "AWS profile of the account that holds the zone and the registry; not needed where it is this one.";
  return { provider: { ...base, profile: expression`var.shared_profile` }, variable: { shared_profile: { type: "string", default: null, description } } };
}

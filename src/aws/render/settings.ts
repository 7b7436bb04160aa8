import type { Shared } from "../../model/model.ts";
import { expression } from "../terraform.ts";
import type { Noun } from "./directory.ts";
import type { Place } from "./place.ts";

const TERRAFORM = {
  "//": "No backend is set: state stays beside these files. Add a file of your own, backend.tf, before more than one person applies them.",
  // Write-only arguments and ephemeral resources, in Terraform and OpenTofu.
  required_version: ">= 1.11.0",
  required_providers: { aws: { source: "hashicorp/aws", version: "~> 6.66" } },
};

/** Versions and provider of `shared/`. */
export function sharedSettings(shared: Shared): Noun {
  return {
    name: "terraform",
    blocks: [],
    settings: { terraform: TERRAFORM, provider: { aws: [{ region: shared.region, default_tags: [{ tags: { platform: shared.name } }] }] } },
  };
}

/** Versions and providers of an environment. Its account is checked by the provider itself before anything else happens. */
export function environmentSettings({ shared, environment, account }: Place): Noun {
  const tags = { platform: shared.name, environment: environment.name };
  const only = environment.account === null ? {} : { allowed_account_ids: [environment.account] };
  const own = { region: shared.region, default_tags: [{ tags }], ...only };
  return {
    name: "terraform",
    blocks: [account],
    settings: {
      terraform: TERRAFORM,
      variable: {
        shared_profile: {
          type: "string",
          default: null,
          description: "AWS profile of the account that holds the zone and the registry; not needed where it is this one.",
        },
      },
      provider: { aws: [own, { alias: "shared", region: shared.region, profile: expression`var.shared_profile` }] },
    },
  };
}

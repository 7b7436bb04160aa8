import type { Model, Shared } from "../../model/model.ts";
import type { Block } from "../terraform.ts";
import { bucketPolicy, privateBucket } from "./bucket.ts";
import type { Noun } from "./directory.ts";

/** Where the state of a directory is. */
export interface StatePlace {
  readonly account: string;
  readonly bucket: string;
  /** `dailyge/prod.tfstate` */
  readonly key: string;
  readonly region: string;
}

/** The one bucket for Terraform's state in an account: at most 20 characters, 11 of ours and 12 digits of 63. */
export const stateBucketName = (platform: string, account: string): string => `${platform}-terraform-${account}`;

/** Where the state of a directory in this account is. */
export function statePlace({ name, region }: Shared, account: string, directory: string): StatePlace {
  return { account, bucket: stateBucketName(name, account), key: `${name}/${directory}.tfstate`, region };
}

/** The same of one of the platform's directories, `shared` or an environment; null where the definition names no account, and the state stays beside the files. */
export function stateBucketOf({ shared, environments }: Model, directory: string): StatePlace | null {
  const account = directory === "shared" ? shared.account : (environments.find(({ name }) => name === directory)?.account ?? null);
  return account === null ? null : statePlace(shared, account, directory);
}

/** A directory's `terraform` block as far as it says where its state is. Locks are objects beside it. https://developer.hashicorp.com/terraform/language/backend/s3 */
export function backend(shared: Shared, account: string | null, directory: string): Readonly<Record<string, unknown>> {
  if (account === null) return { "//": NO_BACKEND };
  const { bucket, key, region } = statePlace(shared, account, directory);
  return { backend: { s3: { bucket, key, region, encrypt: true, use_lockfile: true, allowed_account_ids: [account] } } };
}

const NO_BACKEND = "No backend is set, because the definition names no account: state stays beside these files. Name one, or add a file of your own, backend.tf, before more than one person applies them.";

/** Older states are kept this long: to go back to after an apply that went wrong. */
const OLD_STATE_DAYS = 180;

/** The bucket itself. `bootstrap` makes it by a call before Terraform first runs, for its own state is in it; from then on it is Terraform's. */
export function renderStateBucket({ name }: Shared, account: string): Noun {
  const physical = stateBucketName(name, account);
  const { bucket, blocks } = privateBucket("state", physical, { oldDays: OLD_STATE_DAYS });
  const kept = blocks.map((block): Block => (block.type === bucket.type ? { ...block, meta: { lifecycle: { prevent_destroy: true } } } : block));
  return { name: "state-bucket", blocks: [...kept, bucketPolicy("state", bucket, [])], settings: { import: [{ to: bucket.address, id: physical }] } };
}

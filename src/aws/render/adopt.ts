import type { Environment } from "../../model/model.ts";
import { data, type Block, type Text } from "../terraform.ts";
import { directory, type Noun, type TerraformDirectory } from "./directory.ts";

/** Something that is there already, and from now on is Terraform's. */
export interface Adopted {
  /** Address of its resource. */
  readonly to: string;
  /** By which the provider finds it: a bucket's name, a role's, an ARN. */
  readonly id: Text;
}

/** The file that takes them over, with the next apply. Once that is done it says nothing new. */
export const adoptedNoun = (adopted: readonly Adopted[], blocks: readonly Block[] = []): Noun => ({
  name: "adopted", blocks, ...(adopted.length > 0 && { settings: { import: adopted.map(({ to, id }) => ({ to, id })) } }),
});

/** A directory with one more file, which takes these over. */
export const adopting = (rendered: TerraformDirectory, adopted: readonly Adopted[]): TerraformDirectory => ({
  ...rendered, files: [...rendered.files, ...directory(rendered.name, [adoptedNoun(adopted)]).files],
});

/** The nouns of an environment, and what of them is taken over instead of made. What it cannot change without being made anew stays as it was. */
export function withExisting({ network, sites, databases }: Environment, nouns: readonly Noun[]): readonly Noun[] {
  const changes = new Map<string, (block: Block) => Block | null>();
  const adopted: Adopted[] = [];
  const more: Block[] = [];
  const take = (to: string, id: Text, change: (block: Block) => Block): void => {
    adopted.push({ to, id });
    changes.set(to, change);
  };
  if (network.existing !== null && nouns.some(({ name }) => name === "network")) {
    const internet = data("aws_internet_gateway", "existing", { filter: [{ name: "attachment.vpc-id", values: [network.existing] }] });
    more.push(internet);
    take("aws_vpc.main", network.existing, (vpc) => keeping(vpc, "cidr_block"));
    take("aws_internet_gateway.main", internet.of("internet_gateway_id"), (gateway) => gateway);
    // Others may be in the group that every VPC has, and this would take its rules away.
    changes.set("aws_default_security_group.unused", () => null);
  }
  for (const { name, existing } of sites) {
    if (existing !== null) take(`aws_s3_bucket.site_${name}`, existing, (bucket) => keeping({ ...bucket, body: { ...bucket.body, bucket: existing } }));
  }
  for (const database of databases) {
    if (database.engine !== "mysql" || database.existing === null) continue;
    const { name, existing } = database;
    take(`aws_db_instance.database_${name}`, existing, (instance) =>
      keeping({ ...instance, body: { ...instance.body, identifier: existing } }, "username", "db_name", "storage_encrypted", "kms_key_id", "db_subnet_group_name", "availability_zone"));
    for (const log of ["error", "slowquery"]) changes.set(`aws_cloudwatch_log_group.database_${name}_${log}`, (group) => ({ ...group, body: { ...group.body, name: `/aws/rds/instance/${existing}/${log}` } }));
  }
  if (adopted.length === 0) return nouns;
  const changed = (block: Block): readonly Block[] => {
    const change = changes.get(block.address);
    return change === undefined ? [block] : [change(block) ?? []].flat();
  };
  return [...nouns.map((noun) => ({ ...noun, blocks: noun.blocks.flatMap(changed) })), adoptedNoun(adopted, more)];
}

/** The same, never destroyed, and of these arguments as it was found. */
function keeping(block: Block, ...found: readonly string[]): Block {
  const ignored = [...(block.meta.lifecycle?.ignore_changes ?? []), ...found];
  return { ...block, meta: { ...block.meta, lifecycle: { ...block.meta.lifecycle, prevent_destroy: true, ...(ignored.length > 0 && { ignore_changes: ignored }) } } };
}

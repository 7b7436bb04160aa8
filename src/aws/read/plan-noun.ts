import { addressesOf } from "./address.ts";
import type { WrittenFile } from "./configuration.ts";

/** Says what a resource belongs to, in the words of the definition: `database mysql`, `service api`, `network`. */
export type NounOf = (address: string) => string;

/** Kinds that have names of their own; theirs are in the names of files and resources. */
const KINDS = ["service", "site", "database", "topic"];

/** By the file that a resource is written in, ours or the team's own; what is no longer written, by its own name. */
export function nounsIn(files: readonly WrittenFile[]): NounOf {
  const known = new Map(files.flatMap((file) => addressesOf(file).map((address) => [address, nounOfFile(file.name)] as const)));
  return (address) => known.get(withoutKey(address)) ?? nounOfName(address);
}

/** `aws_subnet.public["a"]` → `aws_subnet.public` */
const withoutKey = (address: string): string => address.replace(/\[.*\]$/, "");

/** `service-admin-api.tf.json` → `service admin-api` */
function nounOfFile(file: string): string {
  const name = file.replace(/\.tf(\.json)?$/, "");
  const kind = KINDS.find((each) => name.startsWith(`${each}-`));
  return kind === undefined ? name : `${kind} ${name.slice(kind.length + 1)}`;
}

/** `aws_lb_target_group.service_admin-api_2` → `service admin-api`: what stands between our own underscores. */
function nounOfName(address: string): string {
  const [, kind, name] = new RegExp(`\\.(${KINDS.join("|")})_([^_.\\[]+)`).exec(address) ?? [];
  return kind === undefined || name === undefined ? "no longer in the definition" : `${kind} ${name}`;
}

import { MARKER } from "../marker.ts";
import { blockBody, plain, references, type Block } from "../terraform.ts";

/** One directory of Terraform JSON, applied as a whole with one state. */
export interface TerraformDirectory {
  readonly name: string;
  readonly files: readonly TerraformFile[];
}

export interface TerraformFile {
  /** `network.tf.json` */
  readonly name: string;
  readonly content: string;
}

/** What goes into one file, before it is text. */
export interface Noun {
  /** `network`, `service-api`. */
  readonly name: string;
  readonly blocks: readonly Block[];
  /** Top-level settings beside the blocks: `terraform`, `provider`, `variable`, `output`. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** https://developer.hashicorp.com/terraform/language/syntax/configuration#identifiers */
const IDENTIFIER = /^[A-Za-z_][\w-]*$/;

/** The files of a directory. Throws on what would be a renderer's bug: a bad name, two blocks of one address, a reference to none. */
export function directory(name: string, nouns: readonly Noun[]): TerraformDirectory {
  const addresses = new Set<string>();
  for (const { address, name: own } of nouns.flatMap(({ blocks }) => blocks)) {
    if (!IDENTIFIER.test(own)) throw new Error(`${name}: ${address} is no name that Terraform takes`);
    if (addresses.has(address)) throw new Error(`${name}: two blocks are called ${address}`);
    addresses.add(address);
  }
  for (const block of nouns.flatMap(({ blocks }) => blocks)) {
    const needed = [...references(block.body), ...(block.meta.depends_on ?? []).map(({ address }) => address)];
    const missing = needed.find((address) => !addresses.has(address));
    if (missing !== undefined) throw new Error(`${name}: ${block.address} refers to ${missing}, which is not there`);
  }
  return { name, files: nouns.filter(filled).map((noun) => ({ name: `${noun.name}.tf.json`, content: content(noun) })) };
}

const filled = ({ blocks, settings }: Noun): boolean => blocks.length > 0 || settings !== undefined;

function content({ blocks, settings }: Noun): string {
  const modes: Record<string, Record<string, Record<string, unknown>>> = {};
  for (const block of blocks) ((modes[block.mode] ??= {})[block.type] ??= {})[block.name] = blockBody(block);
  return `${JSON.stringify({ "//": MARKER, ...(plain(settings ?? {}) as object), ...modes }, null, 2)}\n`;
}

import { expressionsIn, mentionsIn } from "./template.ts";

/** One block of a Terraform directory as it is written in JSON. */
export interface WrittenBlock {
  readonly mode: "resource" | "data" | "ephemeral";
  readonly type: string;
  readonly name: string;
  /** `aws_vpc.main`, `data.aws_route53_zone.zone` */
  readonly address: string;
  readonly body: Body;
}

export type Body = Readonly<Record<string, unknown>>;

/** A whole directory, by address. Blocks of one address overwrite each other here; `checkTerraform` tells of them. */
export interface Configuration {
  readonly blocks: ReadonlyMap<string, WrittenBlock>;
  readonly outputs: Body;
  readonly providers: unknown;
}

export interface WrittenFile {
  readonly name: string;
  readonly content: string;
}

const MODES = ["resource", "data", "ephemeral"] as const;

/** Reads the `.tf.json` files of one directory. */
export function readConfiguration(files: readonly WrittenFile[]): Configuration {
  const documents = files.map(({ content }) => asBody(JSON.parse(content)));
  const blocks = documents.flatMap(blocksOf);
  return {
    blocks: new Map(blocks.map((block) => [block.address, block])),
    outputs: Object.assign({}, ...documents.map(({ output }) => asBody(output))) as Body,
    providers: documents.flatMap(({ provider }) => (provider === undefined ? [] : [provider])),
  };
}

/** The blocks of one file, in the order in which they are written. */
export function blocksOf(document: Body): readonly WrittenBlock[] {
  return MODES.flatMap((mode) =>
    Object.entries(asBody(document[mode])).flatMap(([type, byName]) =>
      Object.entries(asBody(byName)).map(([name, body]) => {
        const address = `${mode === "resource" ? "" : `${mode}.`}${type}.${name}`;
        return { mode, type, name, address, body: asBody(body) };
      }),
    ),
  );
}

export const ofType = ({ blocks }: Configuration, type: string): readonly WrittenBlock[] =>
  [...blocks.values()].filter((block) => block.mode === "resource" && block.type === type);

export const asBody = (value: unknown): Body =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Body) : {};

/** Nested blocks are one object or a list of them; both mean the same. */
export function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

export const texts = (value: unknown): readonly string[] => asList(value).filter((each) => typeof each === "string");

/** The addresses in a value's templates, in the order in which they occur, each once. */
export function addressesIn(value: unknown): readonly string[] {
  if (typeof value === "string") {
    if (!value.includes("{")) return [];
    return [...new Set(expressionsIn(value).flatMap(({ code }) => mentionsIn(code).blocks.map(({ address }) => address)))];
  }
  if (typeof value === "object" && value !== null) return [...new Set(Object.values(value).flatMap(addressesIn))];
  return [];
}

/** The blocks that a value refers to. */
export function blocksIn({ blocks }: Configuration, value: unknown): readonly WrittenBlock[] {
  return addressesIn(value).flatMap((address) => blocks.get(address) ?? []);
}

/** A JSON document that is written as text, a policy or a list of containers. */
export function parsed(value: unknown): unknown {
  if (typeof value !== "string") return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

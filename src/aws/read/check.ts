import type { ProviderSchema, Schema } from "../schema/format.ts";
import { checkBlock, type Finder, type Problem } from "./check-block.ts";
import { asBody, asList, blocksOf, texts, type Body, type WrittenBlock, type WrittenFile } from "./configuration.ts";
import { expressionsIn, mentionsIn } from "./template.ts";

export type { Problem } from "./check-block.ts";

const IDENTIFIER = /^[A-Za-z_][\w-]*$/;
/** What Terraform itself reads of a block, beside the arguments of its type. */
const META = ["//", "depends_on", "provider", "lifecycle", "count", "for_each", "provisioner", "connection"];
/** Names that every expression knows. */
const KNOWN = ["var", "local", "module", "path", "terraform", "each", "count", "self"];

/**
 * What keeps the files of one directory from being well-formed, each by its address: the same as the real `validate`
 * finds in what we write, where that is not at hand.
 */
export function checkTerraform(files: readonly WrittenFile[], schema: ProviderSchema): readonly Problem[] {
  const documents = files.map(({ content }) => asBody(JSON.parse(content)));
  const blocks = documents.flatMap(blocksOf);
  const byAddress = new Map(blocks.map((block) => [block.address, block]));
  const context: Context = { schema, blocks: byAddress, providers: providerNames(documents) };
  return [
    ...duplicates(blocks),
    ...blocks.flatMap((block) => problemsOf(block, context)),
    ...documents.flatMap(({ output }) => checkTexts("output", asBody(output), context)),
  ];
}

interface Context {
  readonly schema: ProviderSchema;
  readonly blocks: ReadonlyMap<string, WrittenBlock>;
  readonly providers: readonly string[];
}

function providerNames(documents: readonly Body[]): readonly string[] {
  const written = documents.flatMap(({ provider }) => asList(asBody(provider)["aws"]).map(asBody));
  return written.map(({ alias }) => (typeof alias === "string" ? `aws.${alias}` : "aws"));
}

function duplicates(blocks: readonly WrittenBlock[]): readonly Problem[] {
  const seen = new Set<string>();
  return blocks.flatMap(({ address }) => {
    if (seen.has(address)) return [{ at: address, message: "two blocks have this address" }];
    seen.add(address);
    return [];
  });
}

function problemsOf(block: WrittenBlock, context: Context): readonly Problem[] {
  const { address, name, type, body } = block;
  const schema = schemaOf(context.schema, block);
  if (!schema) return [{ at: address, message: `the schema has no ${block.mode} ${type}` }];
  const own = Object.fromEntries(Object.entries(body).filter(([key]) => !META.includes(key)));
  return [
    ...(IDENTIFIER.test(name) ? [] : [{ at: address, message: "a name is letters, digits, _ and -, and does not begin with a digit" }]),
    ...checkMeta(block, context),
    ...checkTexts(address, own, context),
    ...checkBlock(address, own, schema.block, kindOf(context)),
  ];
}

/** The provider and the dependencies that a block names. */
function checkMeta({ address, body }: WrittenBlock, { blocks, providers }: Context): readonly Problem[] {
  const known = ["aws", ...providers];
  const strangers = texts(body["provider"]).filter((name) => !known.includes(name));
  const missing = texts(body["depends_on"]).filter((name) => !blocks.has(name));
  return [
    ...strangers.map((name) => ({ at: address, message: `there is no provider ${name}` })),
    ...missing.map((name) => ({ at: `${address}.depends_on`, message: `there is no ${name}` })),
  ];
}

function schemaOf(schema: ProviderSchema, { mode, type }: Pick<WrittenBlock, "mode" | "type">): Schema | undefined {
  const schemas = { resource: schema.resource_schemas, data: schema.data_source_schemas, ephemeral: schema.ephemeral_resource_schemas };
  return schemas[mode][type];
}

/** Tells the kind of what an expression stands for, when that is an attribute as a whole. */
function kindOf({ blocks, schema }: Context): Finder {
  return (code) => {
    const { blocks: [mention, ...more], others } = mentionsIn(code);
    const block = mention && blocks.get(mention.address);
    if (!mention || !block || more.length + others.length > 0 || code !== `${mention.address}.${mention.attribute}`) return undefined;
    return schemaOf(schema, block)?.block.attributes?.[mention.attribute ?? ""]?.type;
  };
}

/** Looks at every expression, however deep: it may name only what is there. */
function checkTexts(at: string, value: unknown, context: Context): readonly Problem[] {
  if (typeof value === "string") return expressionsIn(value).flatMap(({ code }) => checkExpression(at, code, context));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => checkTexts(Array.isArray(value) ? at : `${at}.${key}`, inner, context));
}

function checkExpression(at: string, code: string, { blocks, schema }: Context): readonly Problem[] {
  const { blocks: mentioned, others } = mentionsIn(code);
  const nothing = others.filter((name) => !KNOWN.includes(name.split(".")[0] ?? ""));
  return [
    ...mentioned.flatMap(({ address, attribute }) => {
      const block = blocks.get(address);
      if (!block) return [{ at, message: `there is no ${address}` }];
      const { attributes = {}, block_types = {} } = schemaOf(schema, block)?.block ?? {};
      const known = attribute === undefined || attribute in attributes || attribute in block_types;
      return known ? [] : [{ at, message: `${address} has no attribute ${attribute}` }];
    }),
    ...nothing.map((name) => ({ at, message: `an expression names ${name}, which is nothing: a literal is written $\${…}` })),
  ];
}

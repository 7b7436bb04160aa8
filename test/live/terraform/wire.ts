import { decode, encode, ExtData, ExtensionCodec } from "@msgpack/msgpack";
import type { Block, Kind, NestedBlock, ProviderSchema, Schema, Schemas } from "../../../src/aws/schema/format.ts";

/** A value that is known after the apply, as Terraform writes it: an extension of type 0. Type 12 says what is known of it. */
const UNKNOWN = new ExtData(0, new Uint8Array([0]));
const extensionCodec = new ExtensionCodec();
for (const type of [0, 12]) extensionCodec.register({ type, encode: () => null, decode: (bytes) => new ExtData(type, bytes) });

type Fields = Record<string, unknown>;

/** Reads an object of Terraform's; null when it is being destroyed. */
export function unpack(bytes: Uint8Array): Fields | null {
  return decode(bytes, { extensionCodec }) as Fields | null;
}

export const pack = (fields: Fields | null): Buffer => Buffer.from(encode(fields, { extensionCodec }));

/** What a provider would plan: what it computes is unknown, and what is write-only is not kept. */
export function planned(block: Block, fields: Fields): Fields {
  const attributes = Object.entries(block.attributes ?? {}).map(([name, { computed, write_only }]) => {
    const given = fields[name] ?? null;
    return [name, write_only ? null : given === null && computed ? UNKNOWN : given];
  });
  return { ...fields, ...Object.fromEntries(attributes) };
}

/** What would be there after an apply: a made-up value for everything that was unknown. */
export function applied(block: Block, type: string, fields: Fields): Fields {
  const attributes = Object.entries(block.attributes ?? {}).map(([name, attribute]) => {
    const value = fields[name] ?? null;
    return [name, value instanceof ExtData ? (KNOWN[`${type}.${name}`]?.(fields) ?? madeUp(attribute.type)) : value];
  });
  return { ...fields, ...Object.fromEntries(attributes) };
}

/** Where what we write looks for something certain among what AWS answers. */
const KNOWN: Readonly<Record<string, (fields: Fields) => unknown>> = {
  "aws_security_group.ingress": () => [],
  "aws_security_group.egress": () => [],
  "aws_acm_certificate.domain_validation_options": ({ domain_name, subject_alternative_names }) => {
    const others = Array.isArray(subject_alternative_names) ? (subject_alternative_names as readonly unknown[]) : [];
    return [domain_name, ...others].map((name) => ({
      domain_name: name,
      resource_record_name: `_proof.${String(name)}`,
      resource_record_type: "CNAME",
      resource_record_value: "_proof.acm-validations.aws",
    }));
  },
};

/** What a lookup would find: a made-up value for everything that it computes. */
export function found(block: Block, fields: Fields): Fields {
  const attributes = Object.entries(block.attributes ?? {}).map(([name, { computed, type }]) => {
    return [name, fields[name] ?? (computed ? madeUp(type) : null)];
  });
  return { ...fields, ...Object.fromEntries(attributes) };
}

/** Some value of a kind. */
export function madeUp(kind: Kind): unknown {
  if (kind === "string") return "made-up";
  if (kind === "number") return 1;
  if (kind === "bool") return false;
  if (kind === "dynamic") return null;
  if (kind[0] === "object") return Object.fromEntries(Object.entries(kind[1]).map(([name, inner]) => [name, madeUp(inner)]));
  return kind[0] === "map" ? {} : kind[1] === "string" ? ["made-up-1", "made-up-2", "made-up-3"] : [madeUp(kind[1])];
}

const NESTING: Readonly<Record<NestedBlock["nesting_mode"], number>> = { single: 1, list: 2, set: 3 };

/** A block's schema in the protocol's words. */
function wireBlock(block: Block): object {
  return {
    attributes: Object.entries(block.attributes ?? {}).map(([name, { type, ...flags }]) => {
      return { name, type: Buffer.from(JSON.stringify(type)), ...flags };
    }),
    block_types: Object.entries(block.block_types ?? {}).map(([type_name, { nesting_mode, min_items = 0, max_items = 0, ...nested }]) => {
      return { type_name, block: wireBlock(nested.block), nesting: NESTING[nesting_mode], min_items, max_items };
    }),
  };
}

export function wireSchemas(schema: ProviderSchema): object {
  const one = ({ version, block }: Schema) => ({ version, block: wireBlock(block) });
  const all = (schemas: Schemas) => Object.fromEntries(Object.entries(schemas).map(([type, each]) => [type, one(each)]));
  return {
    provider: one(schema.provider),
    resource_schemas: all(schema.resource_schemas),
    data_source_schemas: all(schema.data_source_schemas),
    ephemeral_resource_schemas: all(schema.ephemeral_resource_schemas),
  };
}

import type { Attribute, Block, Kind, NestedBlock, Schema } from "../../src/aws/schema/format.ts";

/** One argument or attribute as its generated class tells it. */
interface Property {
  readonly name: string;
  readonly computed: boolean;
  readonly optional: boolean;
  readonly required: boolean;
  /** The code of its accessors. */
  readonly code: string;
}

/** The classes of one binding, by name, and the way it writes each property. */
interface Binding {
  readonly classes: ReadonlyMap<string, string>;
  readonly writers: ReadonlyMap<string, string>;
  readonly keep: Keep;
}

/** Which nested blocks to read, by the names on the way to them: some types nest without end. */
export type Keep = (path: readonly string[]) => boolean;

const PROPERTY = /^ {4}\/\/ (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n/gm;
const PRIMITIVE: Readonly<Record<string, Kind>> = { String: "string", Number: "number", Boolean: "bool" };

/** The schema that a binding's JavaScript was generated from. */
export function readBinding(source: string, keep: Keep = () => true): Schema {
  const binding = { ...parse(source), keep };
  const root = [...binding.classes.values()].find((body) => /^class \w+ extends cdktn\.Terraform/.test(body));
  if (root === undefined) throw new Error("no Terraform class in this binding");
  return { version: 0, block: readBlock(binding, root, writerOf(root, "synthesizeHclAttributes() {", "\n    }\n"), []) };
}

/**
 * The schema of the provider's own configuration. Its class has no typed accessors, only writers, and these do not say
 * what is required: everything is optional.
 */
export function readProviderBinding(source: string): Schema {
  const { writers } = parse(source);
  return { version: 0, block: readWriter(writers, writerOf(source, "synthesizeHclAttributes() {", "\n    }\n")) };
}

const WRITTEN = /(\w+): \{\s+value: (.*)\n\s+isBlock: (?:true|false),\n\s+type: "(\w+)",\n\s+storageClassType: "(\w+)"/g;

function readWriter(writers: Binding["writers"], writer: string): Block {
  const attributes: Record<string, Attribute> = {};
  const blocks: Record<string, NestedBlock> = {};
  for (const [, name = "", value = "", shape = "", storage = ""] of writer.matchAll(WRITTEN)) {
    const inner = /listMapperHcl\((\w+)ToHclTerraform, true\)/.exec(value)?.[1];
    const [, primitive = "", collection] = /^(string|number|boolean)(List|Map)?$/.exec(storage) ?? [];
    const kind = PRIMITIVE[primitive.charAt(0).toUpperCase() + primitive.slice(1)] ?? "dynamic";
    if (inner !== undefined) {
      blocks[name] = { nesting_mode: shape === "set" ? "set" : "list", block: readWriter(writers, writers.get(inner.toLowerCase()) ?? "") };
    } else {
      const type: Kind = collection === undefined ? kind : [collection === "Map" ? "map" : shape === "set" ? "set" : "list", kind];
      attributes[name] = { type, optional: true };
    }
  }
  return { attributes, ...(Object.keys(blocks).length > 0 && { block_types: blocks }) };
}

function parse(source: string): Omit<Binding, "keep"> {
  const classes = new Map<string, string>();
  const writers = new Map<string, string>();
  for (const [body, name] of source.matchAll(/^class (\w+) extends [\s\S]*?\n}$/gm)) classes.set(String(name), body);
  for (const [, name, body] of source.matchAll(/^function (\w+)ToHclTerraform\(struct\) \{([\s\S]*?)\n}$/gm)) {
    writers.set(String(name).toLowerCase(), String(body));
  }
  return { classes, writers };
}

function writerOf(source: string, from: string, to: string): string {
  const start = source.indexOf(from);
  return start < 0 ? "" : source.slice(start, source.indexOf(to, start));
}

function readBlock(binding: Binding, body: string, writer: string, path: readonly string[]): Block {
  const attributes: Record<string, Attribute> = {};
  const blocks: Record<string, NestedBlock> = {};
  for (const property of properties(body)) {
    const way = [...path, property.name];
    if (nestedClass(property.code) && !binding.keep(way)) continue;
    const nested = nestedBlock(binding, property, writer, way);
    if (nested) blocks[property.name] = nested;
    else attributes[property.name] = readAttribute(binding, property, body);
  }
  return {
    ...(Object.keys(attributes).length > 0 && { attributes }),
    ...(Object.keys(blocks).length > 0 && { block_types: blocks }),
  };
}

function properties(body: string): readonly Property[] {
  const found = [...body.matchAll(PROPERTY)];
  return found.map(([heading, name, computed, optional, required], index) => ({
    name: String(name),
    computed: computed === "true",
    optional: optional === "true",
    required: required === "true",
    code: body.slice((found[index]?.index ?? 0) + heading.length, found[index + 1]?.index ?? body.length),
  }));
}

function readAttribute(binding: Binding, property: Property, body: string): Attribute {
  return {
    type: kindOf(binding, property),
    ...(property.required && { required: true }),
    ...(property.optional && { optional: true }),
    ...(property.computed && { computed: true }),
    ...(body.includes(`\n            ${property.name}: this.markWriteOnlyAttribute(`) && { write_only: true }),
  };
}

function kindOf(binding: Binding, { name, code }: Property): Kind {
  const nested = nestedClass(code);
  if (nested) return objects(binding, nested);
  const [, mapped] = / = new cdktn\.(String|Number|Boolean)Map\(/.exec(code) ?? [];
  if (mapped !== undefined) return ["map", PRIMITIVE[mapped] ?? "string"];
  const getter = /get(String|Number|Boolean)?(Map|List)?(?:Attribute)\('/.exec(code);
  if (getter) {
    const [, primitive = "String", collection] = getter;
    const kind = PRIMITIVE[primitive] ?? "string";
    if (collection === undefined) return kind;
    return [collection === "Map" ? "map" : code.includes("Fn.tolist(") ? "set" : "list", kind];
  }
  if (code.includes(`interpolationForAttribute('${name}')`)) return "dynamic";
  throw new Error(`cannot tell the type of ${name} from ${code.trim().slice(0, 200)}`);
}

interface NestedClass {
  readonly name: string;
  readonly collection: "list" | "set" | "map" | null;
}

/** `_x = new ThingList(this, "x", true)`: a set of things; `new ThingOutputReference(this, "x")`: one thing. */
function nestedClass(code: string): NestedClass | undefined {
  const made = / = new (\w+?)(OutputReference|MapList|List|Map)\(this, "\w+"(?:, (true|false))?\)/.exec(code);
  if (!made) return undefined;
  const [, name, form, fromSet] = made;
  const collection = form === "OutputReference" ? null : form === "Map" ? "map" : fromSet === "true" ? "set" : "list";
  return { name: `${name}OutputReference`, collection };
}

function objects(binding: Binding, { name, collection }: NestedClass): Kind {
  const fields = properties(binding.classes.get(name) ?? "").map((property) => [property.name, kindOf(binding, property)] as const);
  const object = ["object", Object.fromEntries(fields)] as const;
  return collection === null ? ["list", object] : [collection, object];
}

/** A property is a block when it can be written and its writer marks it so; otherwise it is an attribute of objects. */
function nestedBlock(binding: Binding, property: Property, writer: string, path: readonly string[]): NestedBlock | undefined {
  const nested = nestedClass(property.code);
  if (!nested || (!property.optional && !property.required)) return undefined;
  const written = new RegExp(`^\\s+${property.name}: \\{\\s+value: (.*)\\n\\s+isBlock: true,\\n\\s+type: "(\\w+)"`, "m").exec(writer);
  const [, value = "", shape] = written ?? [];
  const inner = /(\w+)ToHclTerraform/.exec(value)?.[1];
  if (inner === undefined || new RegExp(`${inner}ToHclTerraform, false\\)`).test(value)) return undefined;
  const single = nested.collection === null;
  return {
    nesting_mode: shape === "set" ? "set" : shape === "struct" ? "single" : "list",
    block: readBlock(binding, binding.classes.get(nested.name) ?? "", binding.writers.get(inner.toLowerCase()) ?? "", path),
    ...(property.required && { min_items: 1 }),
    ...(single && shape !== "struct" && { max_items: 1 }),
  };
}

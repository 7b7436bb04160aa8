import type {
  DataArguments, DataAttributes, EphemeralArguments, EphemeralAttributes, ResourceArguments, ResourceAttributes,
} from "./schema/types.ts";

/** A value that Terraform knows only later: an attribute of another block. */
export class Reference {
  readonly address: string;
  readonly attribute: string;
  constructor(address: string, attribute: string) {
    this.address = address;
    this.attribute = attribute;
  }
}

/** Terraform's own language, written as it is; only `expression` makes one. */
export class Expression {
  readonly pieces: readonly (string | Reference)[];
  constructor(pieces: readonly (string | Reference)[]) {
    this.pieces = pieces;
  }
}

type Piece = string | Reference | Expression;

/** Text made of literals and references; literals are escaped when it is written. */
export class Template {
  readonly pieces: readonly Piece[];
  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces;
  }
}

export type Text = string | Reference | Expression | Template;
export type Amount = number | Reference | Expression;
export type Flag = boolean | Reference | Expression;

type Mode = "resource" | "data" | "ephemeral";

/** What Terraform itself reads of a block, in its own words. */
export interface Meta {
  readonly depends_on?: readonly Block[];
  /** `aws.shared`: another provider configuration of the same directory. */
  readonly provider?: string;
  readonly lifecycle?: {
    readonly create_before_destroy?: boolean;
    readonly prevent_destroy?: boolean;
    readonly ignore_changes?: readonly string[];
  };
}

/** One block of a file: a resource, a data source or an ephemeral resource. */
export interface Block<Attribute extends string = string> {
  readonly mode: Mode;
  readonly type: string;
  readonly name: string;
  readonly address: string;
  readonly body: object;
  readonly meta: Meta;
  of(attribute: Attribute): Reference;
}

function block<Attribute extends string>(mode: Mode, type: string, name: string, body: object, meta: Meta): Block<Attribute> {
  const address = `${mode === "resource" ? "" : `${mode}.`}${type}.${name}`;
  return { mode, type, name, address, body, meta, of: (attribute) => new Reference(address, attribute) };
}

export type Resource<T extends keyof ResourceArguments> = Block<ResourceAttributes[T]>;
export type Data<T extends keyof DataArguments> = Block<DataAttributes[T]>;

/** One resource. Its name is its Terraform address; two of one address are refused when the directory is made. */
export function resource<T extends keyof ResourceArguments>(
  type: T, name: string, body: ResourceArguments[T], meta: Meta = {},
): Resource<T> {
  return block("resource", type, name, body, meta);
}

/** Something that exists already, looked up. */
export function data<T extends keyof DataArguments>(type: T, name: string, body: DataArguments[T], meta: Meta = {}): Data<T> {
  return block("data", type, name, body, meta);
}

/** A value that lives as long as the run and is in no state; only write-only arguments may take it. */
export function ephemeral<T extends keyof EphemeralArguments>(
  type: T, name: string, body: EphemeralArguments[T],
): Block<EphemeralAttributes[T]> {
  return block("ephemeral", type, name, body, {});
}

function woven<T>(literals: TemplateStringsArray, values: readonly T[]): (string | T)[] {
  return literals.flatMap((literal, index) => [literal, ...values.slice(index, index + 1)]);
}

/** Text with references in it: text`${bucket.of("arn")}/*` */
export function text(literals: TemplateStringsArray, ...values: readonly (number | Text)[]): Text {
  return joined(woven(literals, values));
}

/** Texts one after the other; plain as long as all of them are. */
export function joined(values: readonly (number | Text)[]): Text {
  if (values.every((value) => typeof value === "string" || typeof value === "number")) return values.join("");
  return new Template(
    values.flatMap((value) => {
      if (value instanceof Template) return value.pieces;
      return typeof value === "number" ? String(value) : value;
    }),
  );
}

/** Terraform's language: expression`one(${certificate.of("domain_validation_options")}).resource_record_name` */
export function expression(literals: TemplateStringsArray, ...values: readonly (string | number | Reference)[]): Expression {
  return new Expression(woven(literals, values).map((value) => (typeof value === "number" ? String(value) : value)));
}

/** A literal in Terraform's language, for use in an expression. */
export const quoted = (literal: string): string => JSON.stringify(escape(literal));

/** A JSON document as text, references allowed as any of its values. */
export function json(value: unknown): Template {
  const found: Text[] = [];
  const keep = (part: unknown): part is Text => part instanceof Reference || part instanceof Expression || part instanceof Template;
  const written = JSON.stringify(value, (_key, part: unknown) => (keep(part) ? `\u0000${found.push(part) - 1}\u0000` : part));
  return new Template(
    written.split("\\u0000").flatMap((piece, index): readonly Piece[] => {
      const part = index % 2 === 1 ? found[Number(piece)] : piece;
      return part instanceof Template ? part.pieces : part === undefined ? [] : [part];
    }),
  );
}

const escape = (literal: string): string => literal.replaceAll("${", () => "$${").replaceAll("%{", () => "%%{");
const path = (reference: Reference): string => `${reference.address}.${reference.attribute}`;

function written(piece: Piece): string {
  if (typeof piece === "string") return escape(piece);
  const parts = piece instanceof Reference ? [piece] : piece.pieces;
  return `\${${parts.map((part) => (typeof part === "string" ? part : path(part))).join("")}}`;
}

/** A value as Terraform JSON: the one place where literal `${` and `%{` are escaped. */
export function plain(value: unknown): unknown {
  if (typeof value === "string" || value instanceof Reference || value instanceof Expression) return written(value);
  if (value instanceof Template) return value.pieces.map(written).join("");
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined).map(([key, part]) => [key, plain(part)]));
  }
  return value;
}

/** The addresses that a value refers to. */
export function references(value: unknown): readonly string[] {
  if (value instanceof Reference) return [value.address];
  if (value instanceof Expression || value instanceof Template) return value.pieces.flatMap(references);
  if (value !== null && typeof value === "object") return Object.values(value).flatMap(references);
  return [];
}

/** A block's content as Terraform JSON, its meta arguments included. */
export function blockBody({ body, meta }: Block): Readonly<Record<string, unknown>> {
  const { depends_on, provider, lifecycle } = meta;
  return {
    ...(provider !== undefined && { provider }),
    ...Object.fromEntries(Object.entries(plain(body) as object)),
    ...(depends_on !== undefined && { depends_on: depends_on.map(({ address }) => address) }),
    ...(lifecycle !== undefined && { lifecycle }),
  };
}

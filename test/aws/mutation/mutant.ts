import { asBody, asList, blocksOf, type Body, type WrittenBlock, type WrittenFile } from "../../../src/aws/read/configuration.ts";

/** One change of what is rendered: a block as it would be, or without it. */
export interface Mutant {
  readonly at: string;
  /** `ports widened` */
  readonly what: string;
  /** Null: the block is gone. */
  readonly body: Body | null;
}

export type Mutator = (block: WrittenBlock, all: readonly WrittenBlock[]) => readonly Mutant[];

export type Path = readonly (string | number)[];

/** The files of a directory, parsed once, so that a mutant costs little. */
export class Mutable {
  readonly blocks: readonly WrittenBlock[];
  readonly #files: readonly WrittenFile[];
  readonly #places: ReadonlyMap<string, number>;

  constructor(files: readonly WrittenFile[]) {
    const parsed = files.map(({ content }) => blocksOf(asBody(JSON.parse(content))));
    this.#files = files;
    this.blocks = parsed.flat();
    this.#places = new Map(parsed.flatMap((blocks, index) => blocks.map(({ address }) => [address, index] as const)));
  }

  /** The files with this change in them. */
  with({ at, body }: Mutant): readonly WrittenFile[] {
    const place = this.#places.get(at);
    const block = this.blocks.find(({ address }) => address === at);
    if (place === undefined || !block) throw new Error(`there is no ${at}`);
    return this.#files.map((file, index) => {
      if (index !== place) return file;
      return { ...file, content: JSON.stringify(changed(asBody(JSON.parse(file.content)), [block.mode, block.type, block.name], body ?? undefined)) };
    });
  }
}

/** A copy with another value at a place; undefined takes away what is there. */
export function changed<T>(value: T, path: Path, replacement: unknown): T {
  const [key, ...rest] = path;
  if (key === undefined) return replacement as T;
  if (Array.isArray(value)) {
    if (rest.length === 0 && replacement === undefined) return value.filter((_each, index) => index !== key) as T;
    return value.map((each: unknown, index) => (index === key ? changed(each, rest, replacement) : each)) as T;
  }
  const { [key]: old, ...others } = asBody(value);
  if (rest.length === 0 && replacement === undefined) return others as T;
  return { ...asBody(value), [key]: changed(old, rest, replacement) } as T;
}

/** Every value that holds no other, with its place. */
export function leaves(value: unknown, at: Path = []): readonly { readonly path: Path; readonly value: unknown }[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => leaves(each, [...at, index]));
  if (typeof value === "object" && value !== null) return Object.entries(value).flatMap(([key, each]) => leaves(each, [...at, key]));
  return [{ path: at, value }];
}

/** Every value of a name, however deep, with its place. */
export function named(value: unknown, name: string, at: Path = []): readonly { readonly path: Path; readonly value: unknown }[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    const path = [...at, Array.isArray(value) ? Number(key) : key];
    return [...(key === name ? [{ path, value: each as unknown }] : []), ...named(each, name, path)];
  });
}

export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, key) => (Array.isArray(inner) ? (inner as readonly unknown[])[Number(key)] : asBody(inner)[key]), value);

/** A list's places; a single block is one without an index. */
export const eachOf = (value: unknown, at: Path): readonly Path[] => (Array.isArray(value) ? value.map((_each, index) => [...at, index]) : asList(value).map(() => at));

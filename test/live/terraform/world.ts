import { isDeepStrictEqual } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import type { Block } from "../../../src/aws/schema/format.ts";
import { applied, madeUp } from "./wire.ts";

type Fields = Record<string, unknown>;

/** What a provider says of a problem. Severity 1 is an error. */
export interface Complaint {
  readonly severity: 1;
  readonly summary: string;
  readonly detail: string;
}

/** A resource that is there, in the world that the provider speaks of. */
export interface Thing {
  readonly type: string;
  fields: Fields;
}

/** What is there, whoever made it; and how it behaves: what forces a replacement, what is refused, what is slow. */
export class World {
  /** By type and id. */
  readonly things = new Map<string, Thing>();
  /** `aws_db_instance.engine`: arguments that cannot change. */
  readonly fixed = new Set<string>();
  /** By type: what is said instead of making or changing one, of `data.TYPE` instead of looking it up. */
  readonly refusals = new Map<string, Complaint>();
  /** By type: how long an apply takes, or of `data.TYPE` a look, in milliseconds. */
  readonly slow = new Map<string, number>();
  #count = 0;

  /** Everything of a type. */
  of(type: string): readonly Thing[] {
    return [...this.things.values()].filter((thing) => thing.type === type);
  }

  /** Removes what a person removes by hand. */
  remove(type: string, fits: (fields: Fields) => boolean = () => true): void {
    for (const [key, thing] of this.things) if (thing.type === type && fits(thing.fields)) this.things.delete(key);
  }

  /** What a provider answers to `ReadResource`. What has no id, or was made before this world, is as it was. */
  read(type: string, state: Fields): Fields | null {
    const key = keyOf(type, state);
    if (key === null) return state;
    return this.things.get(key)?.fields ?? null;
  }

  /** Waits as long as looking something up takes, and gives what is said against it. */
  async lookUp(type: string): Promise<Complaint | null> {
    await sleep(this.slow.get(`data.${type}`) ?? 0);
    return this.refusals.get(`data.${type}`) ?? null;
  }

  /** Arguments that differ and cannot. */
  replacing(type: string, before: Fields | null, after: Fields | null): readonly string[] {
    if (before === null || after === null) return [];
    return Object.keys(after).filter((name) => this.fixed.has(`${type}.${name}`) && !isDeepStrictEqual(before[name], after[name]));
  }

  /** Makes, changes or removes one. */
  async apply(block: Block, type: string, before: Fields | null, planned: Fields | null): Promise<{ readonly state: Fields | null; readonly complaint: Complaint | null }> {
    await sleep(this.slow.get(type) ?? 0);
    const complaint = this.refusals.get(type);
    if (complaint) return { state: before, complaint };
    const old = before && keyOf(type, before);
    if (planned === null) {
      if (old !== null) this.things.delete(old);
      return { state: null, complaint: null };
    }
    const made = applied(block, type, planned);
    const state = before === null && "id" in made ? { ...made, id: `${type}-${(this.#count += 1)}` } : made;
    const key = keyOf(type, state);
    if (key !== null) this.things.set(key, { type, fields: state });
    return { state, complaint: null };
  }

  /** What is adopted by its id; made up where this world has no such thing. */
  adopt(block: Block, type: string, id: string): Fields {
    const known = this.things.get(`${type}/${id}`);
    if (known) return known.fields;
    const attributes = Object.entries(block.attributes ?? {}).map(([name, attribute]) => [name, name === "id" ? id : attribute.computed ? madeUp(attribute.type) : null]);
    const blocks = Object.entries(block.block_types ?? {}).map(([name, { nesting_mode }]) => [name, nesting_mode === "single" ? null : []]);
    const fields = Object.fromEntries([...attributes, ...blocks]) as Fields;
    this.things.set(`${type}/${id}`, { type, fields });
    return fields;
  }
}

const keyOf = (type: string, { id }: Fields): string | null => (typeof id === "string" && id.startsWith(`${type}-`) ? `${type}/${id}` : null);

import type { Rule } from "../../../src/model/resolve/place.ts";

/** A definition with one mistake, and all that is to be found in it. */
export interface Case {
  readonly rule: Rule;
  readonly definition: unknown;
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

export const found = (rule: Rule, definition: unknown, path: string, message: string, fix: string): Case => ({ rule, definition, path, message, fix });

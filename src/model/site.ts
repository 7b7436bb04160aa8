import type { Variable } from "./service.ts";

export interface Site {
  readonly name: string;
  /** Its name on AWS: another one where the definition renamed it. */
  readonly deployedAs: string;
  /** First label of its host name in this environment: `www`, `www-dev`. */
  readonly host: string;
  /** Whether it also answers at the bare domain. */
  readonly apex: boolean;
  /** Relative to the directory of the definition, `/` between parts. */
  readonly directory: string;
  readonly build: string | null;
  /** Relative to `directory`. */
  readonly output: string;
  readonly singlePage: boolean;
  /** Name of a bucket that is to be taken over. */
  readonly existing: string | null;
  readonly environment: readonly Variable[];
}

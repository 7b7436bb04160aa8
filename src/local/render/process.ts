/** What a process is to be. Its hash decides whether the running one is replaced, and the same spec starts it. */
export interface ProcessSpec {
  /** `edge`, `mysql`, `main`, `api.1`: unique in the platform, and the name of its log. */
  readonly name: string;
  readonly kind: "edge" | "site" | "database" | "messaging" | "service";
  /** Program and arguments. The program is a path, or the name of a part's program (`haproxy`), or `sh`. */
  readonly command: readonly string[];
  /** Where it runs, absolute. */
  readonly directory: string;
  /** All of its environment but PATH and HOME. A secret is read when the process starts, never written here. */
  readonly environment: readonly EnvironmentValue[];
  /** Who it runs as when we are root; otherwise as we do. One identity is one unprivileged user. */
  readonly identity: string;
  /** Directories that it may write, absolute; made and handed to its user before it starts. */
  readonly writes: readonly string[];
  /** Its memory may not exceed this. */
  readonly memoryMb: number | null;
  readonly stop: { readonly signal: "SIGTERM"; readonly withinSeconds: number };
}

export interface EnvironmentValue {
  readonly name: string;
  /** Literals and secrets, in order; a secret is named by its path in the secret store: `databases/mysql/users/api`. */
  readonly value: readonly (string | { readonly secret: string; readonly encode?: "url" })[];
}

/** A configuration file of a process. */
export interface ConfigFile {
  /** Absolute path. */
  readonly path: string;
  readonly text: string;
}

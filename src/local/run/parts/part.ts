import type { NpmPartName } from "./npm.ts";
import type { PythonPartName } from "./python-table.ts";

/** What a platform on this machine is made of, other than the user's own programs. `mariadb` is the SQL server, whichever plays it. */
export type PartName = "haproxy" | "nginx" | "mariadb" | "redis" | "runit";

/** A part that is ready to be started. */
export interface FoundPart {
  readonly name: PartName;
  readonly product: ProductName;
  /** Program name to absolute path. */
  readonly programs: Readonly<Record<string, string>>;
  /** As the program tells it; `unknown` for a program that does not. */
  readonly version: string;
  readonly from: "PATH" | "Debian package";
  /** The unpacked tree, `usr` and all; null for a part of the machine. */
  readonly root: string | null;
  /** LD_LIBRARY_PATH for this part's programs, and for no others; null where they need none. */
  readonly libraryPath: string | null;
  /** What production runs in its place; null where it is the same. */
  readonly substitutes: string | null;
}

export type ProductName = "HAProxy" | "nginx" | "MySQL" | "MariaDB" | "Redis" | "runit";

/** How far a part has come. Bytes are told while it is downloaded. */
export interface PartEvent {
  readonly part: PartName | PythonPartName | NpmPartName;
  readonly step: "looking" | "making its environment" | "updating package lists" | "downloading" | "unpacking" | "ready";
  readonly doneBytes?: number;
  readonly totalBytes?: number;
}

/** What a part's programs need in their environment. Must not reach a user's service. */
export function programEnvironment(part: Pick<FoundPart, "libraryPath">): Readonly<Record<string, string>> {
  return part.libraryPath === null ? {} : { LD_LIBRARY_PATH: part.libraryPath };
}

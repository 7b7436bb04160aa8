import { readFile } from "node:fs/promises";
import { Failure } from "../../kit/failure.ts";
import type { FoundServer } from "./database-engine.ts";
import { writeWhole } from "./files.ts";

/** File in a data directory that says who has written it. */
const MARK = "dailyge-database.json";

export interface Mark {
  /** The product, in lower case. */
  readonly flavour: string;
  /** Newest version that ran on it. */
  readonly version: string;
}

type Server = Pick<FoundServer, "product" | "version">;

const PRODUCTS: Readonly<Record<string, string>> = { mariadb: "MariaDB", mysql: "MySQL", redis: "Redis", mongodb: "MongoDB", secantusdb: "SecantusDB" };

/** Null when there is none, or it is damaged. */
export async function readMark(directory: string): Promise<Mark | null> {
  try {
    const { flavour, version }: Partial<Mark> = JSON.parse(await readFile(`${directory}/${MARK}`, "utf8"));
    return typeof flavour === "string" && flavour in PRODUCTS && typeof version === "string" ? { flavour, version } : null;
  } catch {
    return null;
  }
}

/** Says of a data directory that this server writes it. */
export const writeMark = (directory: string, { product, version }: Server): Promise<void> =>
  writeWhole(`${directory}/${MARK}`, `${JSON.stringify({ flavour: product.toLowerCase(), version } satisfies Mark)}\n`, 0o644);

/** Why a server must not touch what is marked so: `MariaDB 12.1.0 has written it, and this machine has MariaDB 10.11.19`; null: it may. */
export function whyForeign(mark: Mark | null, { product, version }: Server): string | null {
  if (mark === null) return "something that is not ours is in it";
  if (mark.flavour === product.toLowerCase() && compareSeries(mark.version, version) <= 0) return null;
  return `${PRODUCTS[mark.flavour] ?? mark.flavour} ${mark.version} has written it, and this machine has ${product} ${version}`;
}

/** That this server may be started on a directory with data in it; it is marked then. @throws Failure `state-foreign` */
export async function claim(database: string, directory: string, server: Server): Promise<void> {
  const mark = await readMark(directory);
  const why = whyForeign(mark, server);
  if (why !== null) {
    throw new Failure("state-foreign", `cannot start ${database} on ${directory}: ${why}`, {
      hint: mark === null ? "move it away, then: ./dailyge up" : `make that server available again, or start empty, losing what is in ${database}: ./dailyge down --erase`,
    });
  }
  if (mark?.version !== server.version) await writeMark(directory, server);
}

/** Below 0 where the first version is of an older series: patch releases of one series read each other's files. */
function compareSeries(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split(".").map(Number));
  return (a?.[0] ?? 0) - (b?.[0] ?? 0) || (a?.[1] ?? 0) - (b?.[1] ?? 0);
}

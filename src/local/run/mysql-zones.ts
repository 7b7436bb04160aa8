import { access, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../kit/failure.ts";
import { isUtc } from "../render/mysql-configuration.ts";
import { parseZone, zonesSql } from "../render/mysql-zones.ts";

/** The machine's tz database: package tzdata. */
const ZONES = "/usr/share/zoneinfo";

/** The same zones again, in other counts of seconds, and what this machine is set to. */
const NOT_ZONES: ReadonlySet<string> = new Set(["posix", "right", "localtime", "posixrules", "Factory"]);

/** A server in a time zone needs that zone's rules, which come from the machine. */
export async function requireZone(timezone: string): Promise<void> {
  if (isUtc(timezone) || (await exists(join(ZONES, timezone)))) return;
  throw new Failure("part-missing", `cannot keep a database in ${timezone}: this machine has no such time zone in ${ZONES}`, {
    hint: "sudo apt-get install tzdata",
  });
}

/** Whether this machine knows any time zones. */
export const hasZones = (): Promise<boolean> => exists(join(ZONES, "Europe/London"));

/** Statements that load all the time zones of this machine; names of the same zone share one. */
export async function machineZonesSql(): Promise<string> {
  const files = new Map<string, { readonly names: string[]; readonly bytes: Buffer }>();
  for (const entry of await readdir(ZONES, { recursive: true, withFileTypes: true }).catch(() => [])) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(ZONES.length + 1);
    if (entry.isDirectory() || NOT_ZONES.has(name.split("/")[0] ?? "") || !/^[\w+/-]+$/.test(name)) continue;
    const bytes = await readFile(path).catch(() => null);
    if (bytes === null) continue;
    const key = bytes.toString("latin1");
    const known = files.get(key);
    if (known === undefined) files.set(key, { names: [name], bytes });
    else known.names.push(name);
  }
  return zonesSql(
    [...files.values()].flatMap(({ names, bytes }) => {
      const rules = parseZone(bytes);
      return rules === null ? [] : [{ names, rules }];
    }),
  );
}

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);

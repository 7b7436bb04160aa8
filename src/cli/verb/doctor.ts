import { inspectFauxqs, inspectParts, inspectPythons, type FoundPackage, type FoundPart, type FoundPython } from "../../local/run/parts/index.ts";
import type { Invocation } from "../invocation.ts";
import { cacheHome } from "../locate.ts";
import { table } from "../table.ts";

/** Where each part comes from. Ends with 2 when one is missing that cannot be fetched. */
export async function doctor(invocation: Invocation): Promise<number> {
  const where = { cache: cacheHome(), path: process.env["PATH"] ?? "" };
  const reports = [...(await inspectParts(where)), ...(await inspectPythons(where)), inspectFauxqs(where)];
  const node = { name: "node", version: process.version.slice(1), from: process.execPath, advice: null };
  const rows = [node, ...reports.map(({ name, found, advice }) => ({ name, version: found?.version ?? null, from: found === null ? null : whence(found), advice }))];
  if (invocation.flags.has("json")) invocation.print(`${JSON.stringify(rows, null, 2)}\n`);
  else invocation.print(table(["PART", "VERSION", "FROM, OR WHAT TO DO"], rows.map((row) => [row.name, row.version ?? "missing", row.advice ?? row.from ?? ""])));
  return reports.some(({ found, fetchable }) => found === null && !fetchable) ? 2 : 0;
}

/** Where it is, and what it stands in for. */
const whence = ({ root, from, substitutes }: FoundPart | FoundPython | FoundPackage): string => `${root ?? from}${substitutes === null ? "" : `, in place of ${substitutes}`}`;

import { readFileSync } from "node:fs";

/** What decides which packages fit. */
export interface Machine {
  /** `Debian GNU/Linux 12 (bookworm)` */
  readonly name: string;
  /** `bookworm`, or where a distribution has no such name, its identifier and version. */
  readonly codename: string;
  /** Node's name of the processor: `x64`. */
  readonly arch: string;
}

/** The machine that this process runs on. os-release(5). */
export function thisMachine(): Machine {
  const told = new Map<string, string>();
  for (const line of osRelease().split("\n")) {
    const match = /^([A-Z_]+)=["']?(.*?)["']?$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) told.set(match[1], match[2]);
  }
  const codename = told.get("VERSION_CODENAME") ?? `${told.get("ID") ?? process.platform}${told.get("VERSION_ID") ?? ""}`;
  return { name: told.get("PRETTY_NAME") ?? process.platform, codename: codename.replaceAll(/[^\w.]/g, "_"), arch: process.arch };
}

function osRelease(): string {
  for (const file of ["/etc/os-release", "/usr/lib/os-release"]) {
    try {
      return readFileSync(file, "utf8");
    } catch {
      continue;
    }
  }
  return "";
}

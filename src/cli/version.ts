import { readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** Of the package. */
export function version(): string {
  const parsed: unknown = JSON.parse(readFileSync(join(here, "../../package.json"), "utf8"));
  return typeof parsed === "object" && parsed !== null && "version" in parsed ? String(parsed.version) : "unknown";
}

/** Another one whenever a source of the controller changes: a running controller of other sources is replaced. */
export function controllerVersion(): string {
  const newest = ["../local", "../model", "../kit"].map((directory) => newestChange(join(here, directory)));
  return `${version()}-${Math.max(...newest).toString(36)}`;
}

function newestChange(directory: string): number {
  let newest = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    newest = Math.max(newest, entry.isDirectory() ? newestChange(path) : Math.round(statSync(path).mtimeMs));
  }
  return newest;
}

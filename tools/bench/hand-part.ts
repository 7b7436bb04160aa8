import { cp, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { passage } from "../../src/local/run/identity.ts";
import type { Platform } from "./platform.ts";
import type { Started, Workbench } from "./workbench.ts";

/** A process of a platform that can be started by hand while the platform is down: as it is there, under its user, with its variables. */
export interface HandPart {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Where it runs; for a service that is its release. */
  readonly directory: string;
  start(): Started;
}

/** Takes down how a part of a running platform is started: its script without what only the supervisor wants of it. */
export async function recordPart(bench: Workbench, platform: Platform, name: string): Promise<HandPart> {
  const recorded = join(bench.directory, "by-hand", name);
  const part = join(platform.state, "parts", name);
  await mkdir(recorded, { recursive: true, mode: 0o700 });
  await cp(join(part, "environment"), join(recorded, "environment"), { recursive: true, force: true });
  const run = await readFile(join(part, "run"), "utf8");
  // What comes before is the supervisor's.
  const script = `#!/bin/sh\n${run.slice(run.search(/^cd /m)).replace(join(part, "environment"), join(recorded, "environment"))}`;
  await writeFile(join(recorded, "run"), script);
  const enter = process.getuid?.() === 0 ? await passage([platform.state, bench.cache, dirname(process.execPath)], () => true) : [];
  return {
    name,
    environment: await variablesOf(platform, name),
    directory: /^cd '?(.+?)'? \|\| exit 111$/m.exec(script)?.[1] ?? "/",
    start: () => bench.start({ words: [...enter, "sh", join(recorded, "run")], directory: "/", environment: { PATH: process.env["PATH"] ?? "" } }, { output: "none" }),
  };
}

/** The variables that a part of a running platform was given. */
async function variablesOf(platform: Platform, name: string): Promise<Readonly<Record<string, string>>> {
  const directory = join(platform.state, "parts", name, "environment");
  const names = await readdir(directory);
  return Object.fromEntries(await Promise.all(names.map(async (variable) => [variable, (await readFile(join(directory, variable), "utf8")).trimEnd()] as const)));
}

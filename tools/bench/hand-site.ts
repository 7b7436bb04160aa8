import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../../src/local/run/port.ts";
import { untilAnswers } from "./http.ts";
import type { Command } from "./processes.ts";
import type { Started, Workbench } from "./workbench.ts";

/** nginx with the least that serves a site's files, as a person would start it. */
export interface HandSite {
  readonly port: number;
  readonly process: Started;
}

/** Starts the program of a running site over the same files. */
export async function startHandSite(bench: Workbench, ours: Command): Promise<HandSite> {
  const port = await freePort(new Set());
  const directory = join(bench.directory, `hand-site-${port}`);
  await mkdir(directory);
  await writeFile(join(directory, "nginx.conf"), configuration(port, await rootOf(ours)));
  const process_ = bench.start({ ...ours, words: [ours.words[0] ?? "nginx", "-e", "stderr", "-p", directory, "-c", join(directory, "nginx.conf")], directory }, { output: "none" });
  await untilAnswers(port, "/");
  return { port, process: process_ };
}

/** Where the running one has its files, as its configuration says. */
async function rootOf({ words }: Command): Promise<string> {
  const file = words[words.indexOf("-c") + 1] ?? "";
  const root = /^\s*root "([^"$]+)";$/m.exec(await readFile(file, "utf8"))?.[1];
  if (root === undefined) throw new Error(`${file} names no root`);
  return root;
}

function configuration(port: number, root: string): string {
  const user = process.getuid?.() === 0 ? "user root;\n" : "";
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `  ${name}_temp_path ${name};\n`).join("");
  return `daemon off;
${user}worker_processes 1;
pid nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
${temporary}  types { text/html html; }
  access_log off;
  sendfile on;
  server {
    listen 127.0.0.1:${port};
    root "${root}";
  }
}
`;
}

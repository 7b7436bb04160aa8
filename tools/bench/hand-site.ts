import { readlinkSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../../src/local/run/port.ts";
import { untilAnswers } from "./http.ts";
import { recordPart } from "./hand-part.ts";
import type { Platform } from "./platform.ts";
import type { Started, Workbench } from "./workbench.ts";

/** nginx with the least that serves a site's files, as a person would start it. */
export interface HandSite {
  readonly port: number;
  readonly process: Started;
  /** Where the files are. */
  readonly root: string;
}

/** Starts the program of a running site over the same files. `ours` is the number of its process, which gives itself another command line. */
export async function startHandSite(bench: Workbench, platform: Platform, replica: string, ours: number): Promise<HandSite> {
  const port = await freePort(new Set());
  const directory = join(bench.directory, `hand-site-${port}`);
  await mkdir(directory);
  const root = await rootOf(join(platform.state, "config", replica, "nginx.conf"));
  await writeFile(join(directory, "nginx.conf"), configuration(port, root));
  const { environment } = await recordPart(bench, platform, replica);
  const words = [readlinkSync(`/proc/${ours}/exe`), "-e", "stderr", "-p", directory, "-c", join(directory, "nginx.conf")];
  const started = bench.start({ words, directory, environment }, { output: "none" });
  await untilAnswers(port, "/");
  return { port, process: started, root };
}

/** Where the running one has its files, as its configuration says. */
export async function rootOf(file: string): Promise<string> {
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
${temporary}  types { text/html html; text/javascript js; }
  access_log off;
  sendfile on;
  server {
    listen 127.0.0.1:${port};
    root "${root}";
  }
}
`;
}

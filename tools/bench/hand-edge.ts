import { mkdir, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../../src/local/run/port.ts";
import type { Command } from "./processes.ts";
import type { Started, Workbench } from "./workbench.ts";

/** HAProxy with the least that does the work, as a person would start it. */
export interface HandEdge {
  readonly port: number;
  readonly process: Started;
  /** One command to its runtime API. */
  tell(command: string): Promise<string>;
}

export interface Backend {
  readonly name: string;
  readonly port: number;
}

/** What our edge logs of a request, in HAProxy's own words. */
const LOG_FORMAT =
  '{"time":%Ts.%ms,"id":"%ID","client":"%ci","method":"%HM","host":"%[capture.req.hdr(0),json(utf8s)]","path":"%[capture.req.uri,json(utf8s)]",' +
  '"status":%ST,"bytes":%B,"ms":%Ta,"firstByteMs":%Tr,"backend":"%b","server":"%s","retries":"%rc","end":"%ts"}';

/** Paths that it refuses. */
export const REFUSED = "/refused";

function configuration(port: number, socket: string, health: string, backends: readonly Backend[]): string {
  return `global
  nbthread 1
  stats socket ${socket} mode 600 level admin
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend edge
  bind 127.0.0.1:${port}
  log stdout len 8192 format raw local0
  capture request header Host len 253
  unique-id-format %{+X}o%ci:%cp_%fi:%fp_%Ts_%rt:%pid
  log-format '${LOG_FORMAT}'
  http-request return status 403 content-type text/plain string no if { path_beg ${REFUSED} }
  default_backend api
backend api
  option httpchk
  http-check send meth GET uri ${health} ver HTTP/1.1 hdr Host localhost
${backends.map((backend) => `  server ${backend.name} 127.0.0.1:${backend.port} check\n`).join("")}`;
}

/** Starts the same HAProxy as the platform's, its log piped to the same program. */
export async function startHandEdge(bench: Workbench, ours: Command, svlogd: string, health: string, backends: readonly Backend[]): Promise<HandEdge> {
  const port = await freePort(new Set());
  const directory = join(bench.directory, `hand-edge-${port}`);
  const socket = join(directory, "admin.sock");
  await mkdir(join(directory, "log"), { recursive: true });
  await writeFile(join(directory, "haproxy.cfg"), configuration(port, socket, health, backends));
  // HAProxy's own variables would make it take itself for a part of the running one.
  const environment = Object.fromEntries(Object.entries(ours.environment).filter(([name]) => !name.startsWith("HAPROXY_")));
  const run = (script: string, program = ""): Started =>
    bench.start({ words: ["sh", "-c", script, program], directory, environment }, { output: "none" });
  await run("mkfifo pipe").ended;
  run('exec "$0" -tt log <pipe', svlogd);
  const process = run('exec "$0" -W -f haproxy.cfg >pipe', ours.words[0]);
  const tell = (command: string): Promise<string> => talk(socket, command);
  for (const end = performance.now() + 5_000; ; await pause(20)) {
    if (await tell("show info").then(() => true, () => false)) return { port, process, tell };
    if (performance.now() > end) throw new Error("HAProxy by hand did not start");
  }
}

function talk(socket: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const connection = createConnection({ path: socket });
    connection.setEncoding("utf8").on("data", (text: string) => (answer += text));
    connection.once("error", reject);
    connection.once("close", () => resolve(answer.trim()));
    connection.end(`${command}\n`);
  });
}

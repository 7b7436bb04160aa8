import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

/** How a release behaves; in `conduct.json` beside it. Without a field it behaves well. */
export interface Conduct {
  /** Waits before it listens. */
  readonly startAfterMs?: number;
  /** Ends with 7 this long after it began to listen. */
  readonly exitAfterMs?: number;
  /** Ends with 9 instead of listening. */
  readonly exitsAtStart?: boolean;
  /** Its health path answers 500 from then on. */
  readonly unhealthyAfterMs?: number;
  /** Status of its health path, or no answer at all. */
  readonly health?: number | "hangs";
  readonly listens?: "nowhere" | "on another port";
  /** A process of another group listens on its port instead. */
  readonly stranger?: boolean;
  /** On its metrics port it listens at once, however late on the other. */
  readonly metricsFirst?: boolean;
  /** What it does on SIGTERM, besides finishing its requests: ends with this code, or stays. */
  readonly onStop?: number | "stays";
  /** Starts another program in its group. */
  readonly child?: boolean;
  /** Its migration ends with 3. */
  readonly migrationFails?: boolean;
}

const variables = process.env;
const conduct: Conduct = JSON.parse(readFileSync("conduct.json", "utf8"));
const held: Buffer[] = [];
const listensSince = Promise.withResolvers<number>();

/** Adds a line to the test's own file. */
const note = (line: string): void => appendFileSync(variables["NOTES"] ?? "/dev/null", `${line}\n`);

const about = (): string => JSON.stringify({ release: variables["RELEASE"], pid: process.pid, uid: process.getuid?.() });

const answers: Readonly<Record<string, (question: URLSearchParams) => Promise<string> | string>> = {
  "GET /": about,
  "GET /slow": async (question) => {
    await pause(Number(question.get("ms")));
    return about();
  },
  "POST /orders": async (question) => {
    note(`order ${question.get("id")}`);
    await pause(Number(question.get("ms") ?? 0));
    if (question.has("exit")) process.kill(process.pid, "SIGKILL");
    return about();
  },
  "POST /leak": (question) => {
    for (let megabyte = 0; megabyte < Number(question.get("mb")); megabyte += 1) held.push(Buffer.alloc(1024 * 1024, 1));
    return "held";
  },
  "POST /write": () => {
    appendFileSync("conduct.json", " ");
    return "written";
  },
};

async function healthStatus(): Promise<number> {
  if (conduct.health === "hangs") await new Promise(() => {});
  const unwell = conduct.unhealthyAfterMs !== undefined && Date.now() - (await listensSince.promise) > conduct.unhealthyAfterMs;
  return unwell ? 500 : Number(conduct.health ?? 200);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://service");
  response.setHeader("x-release", variables["RELEASE"] ?? "");
  if (url.pathname === "/health") {
    const status = await healthStatus();
    return void response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end();
  }
  const known = answers[`${request.method} ${url.pathname}`];
  try {
    if (known === undefined) response.writeHead(404).end();
    else response.end(await known(url.searchParams));
  } catch (cause) {
    response.writeHead(500).end(String(cause));
  }
}

async function serve(): Promise<void> {
  const server = createServer((request, response) => void answer(request, response));
  server.keepAliveTimeout = 70_000;
  process.on("SIGTERM", () => {
    note("stopping");
    if (conduct.onStop === "stays") return;
    server.close(() => process.exit(Number(conduct.onStop ?? 0)));
    server.closeIdleConnections();
  });
  note(`start ${variables["RELEASE"]}`);
  // A test dooms one replica by a file of its port's name.
  if (existsSync(`${variables["NOTES"]}-${variables["PORT"]}`)) {
    process.stderr.write("doomed to say this again and again\n".repeat(60_000), () => process.exit(11));
    return;
  }
  if (conduct.child === true) spawn("sleep", ["600"], { stdio: "ignore" });
  if (conduct.metricsFirst === true) createServer((_, response) => void response.end()).listen(Number(variables["METRICS_PORT"]), variables["HOST"]);
  if (conduct.stranger === true) {
    const program = `require("net").createServer().listen(${variables["PORT"]}, "127.0.0.1"); setTimeout(process.exit, 8000)`;
    spawn(process.execPath, ["-e", program], { detached: true, stdio: "ignore" }).unref();
  }
  await pause(conduct.startAfterMs ?? 0);
  if (conduct.exitsAtStart === true) {
    process.stderr.write("cannot find its configuration\n");
    process.exit(9);
  }
  if (conduct.listens === "nowhere" || conduct.stranger === true) return void setInterval(() => {}, 1000);
  server.listen(conduct.listens === "on another port" ? 0 : Number(variables["PORT"]), variables["HOST"], () => {
    listensSince.resolve(Date.now());
    process.stdout.write(`listening as ${variables["RELEASE"]}\n`);
    if (conduct.exitAfterMs === undefined) return;
    setTimeout(() => {
      process.stderr.write("lost its mind\n");
      process.exit(7);
    }, conduct.exitAfterMs);
  });
}

function migrate(): void {
  note(`migrate ${variables["RELEASE"]}`);
  process.stdout.write("migrating\n");
  if (conduct.migrationFails === true) {
    process.stderr.write("no such table: people\n");
    process.exit(3);
  }
}

if (process.argv[2] === "migrate") migrate();
else await serve();

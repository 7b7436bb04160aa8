import { execFile } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

/** How a release of this service behaves; in `behaviour.json` beside it. Without a field it behaves well. */
export interface Behaviour {
  /** What `GET /` calls it. */
  readonly version?: string;
  /** Waits before it listens. */
  readonly startAfterMs?: number;
  /** Ends with 7 this long after it began to listen. */
  readonly exitAfterMs?: number;
  /** Answers nothing any more this long after it began to listen. */
  readonly hangAfterMs?: number;
  readonly listens?: "nowhere" | "on another port";
  /** Status of its health path. */
  readonly health?: number;
  /** Takes no notice of SIGTERM. */
  readonly stays?: boolean;
  /** Its migration ends with 3. */
  readonly migrationFails?: boolean;
}

const variables = process.env;
const behaviour: Behaviour = JSON.parse(readFileSync("behaviour.json", "utf8"));
const held: Buffer[] = [];
const run = promisify(execFile);

/** Has the SQL server's own client run a statement: a service without packages. */
async function sql(statement: string): Promise<string> {
  const words = ["--no-defaults", "--protocol=tcp", `--host=${variables["DB_HOST"]}`, `--port=${variables["DB_PORT"]}`, `--user=${variables["DB_USER"]}`, "--batch", "--skip-column-names"];
  const environment = { MYSQL_PWD: variables["DB_PASSWORD"], ...(variables["SQL_LIBRARIES"] === "" ? {} : { LD_LIBRARY_PATH: variables["SQL_LIBRARIES"] }) };
  const { stdout } = await run(variables["SQL_CLIENT"] ?? "", [...words, `--execute=${statement}`, variables["DB_DATABASE"] ?? ""], { env: environment, maxBuffer: 2 ** 26 });
  return stdout;
}

/** For as long as nobody ends it. */
function hang(): never {
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}

const about = (): string =>
  JSON.stringify({ version: behaviour.version ?? "one", pid: process.pid, uid: process.getuid?.(), release: variables["RELEASE"], port: variables["PORT"] });

const answers: Readonly<Record<string, (question: URLSearchParams) => Promise<string> | string>> = {
  "GET /": about,
  "GET /slow": async (question) => {
    await pause(Number(question.get("ms")));
    return about();
  },
  "GET /variable": (question) => variables[question.get("name") ?? ""] ?? "",
  "GET /notes": () => sql("SELECT text FROM notes"),
  "POST /notes": async (question) => {
    await sql(`INSERT INTO notes (text) VALUES ('${question.get("text")?.replaceAll(/\W/g, "_")}')`);
    return "kept";
  },
  "POST /exit": (question) => process.exit(Number(question.get("code"))),
  "POST /hang": () => hang(),
  "POST /leak": (question) => {
    for (let megabyte = 0; megabyte < Number(question.get("mb")); megabyte += 1) held.push(Buffer.alloc(1024 * 1024, 1));
    return "held";
  },
  "POST /open": () => {
    for (;;) {
      try {
        openSync("/dev/null", "r");
      } catch {
        return "no more";
      }
    }
  },
  "POST /log": (question) => {
    const line = `${question.get("text") ?? "line"}\n`;
    process.stdout.write(line.repeat(Number(question.get("lines") ?? 1)));
    return "written";
  },
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://service");
  if (url.pathname === "/health") return void response.writeHead(behaviour.health ?? 200, behaviour.health === 302 ? { location: "/elsewhere" } : {}).end();
  const known = answers[`${request.method} ${url.pathname}`];
  try {
    if (known === undefined) response.writeHead(404).end();
    else response.end(await known(url.searchParams));
  } catch (cause) {
    response.writeHead(500).end(cause instanceof Error ? cause.message : String(cause));
  }
}

async function serve(): Promise<void> {
  const server = createServer((request, response) => void answer(request, response));
  server.keepAliveTimeout = 70_000;
  process.on("SIGTERM", () => {
    if (behaviour.stays === true) return;
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
  if (variables["SAYS_AT_START"] !== undefined) process.stdout.write(`${variables["SAYS_AT_START"]}\n`);
  await pause(behaviour.startAfterMs ?? 0);
  if (behaviour.listens === "nowhere" || variables["PORT"] === undefined) return void setInterval(() => {}, 1000);
  server.listen(behaviour.listens === "on another port" ? 0 : Number(variables["PORT"]), variables["HOST"], () => {
    process.stdout.write(`listening ${behaviour.version ?? "one"}\n`);
    if (behaviour.exitAfterMs !== undefined) setTimeout(() => process.exit(7), behaviour.exitAfterMs);
    if (behaviour.hangAfterMs !== undefined) setTimeout(hang, behaviour.hangAfterMs);
  });
}

async function migrate(): Promise<void> {
  process.stdout.write("migrating\n");
  if (behaviour.migrationFails === true) process.exit(3);
  await sql("CREATE TABLE IF NOT EXISTS notes (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(200) NOT NULL) ENGINE=InnoDB");
}

await (process.argv[2] === "migrate" ? migrate() : serve());

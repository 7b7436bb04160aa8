import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { fileURLToPath } from "node:url";

/** Why tests that need the parts of a platform are skipped; false where they are. The tests add rows and leave them, so give them parts of their own. */
const missing = ["MYSQL_HOST", "REDIS_URL", "MONGODB_URL", "EVENTS_TOPIC_ARN"].filter((name) => process.env[name] === undefined);
export const withoutParts = missing.length > 0 ? `${missing.join(", ")} not set` : false;
export const PAGE = "http://www.example.localhost:8080";

export interface Service {
  readonly url: string;
  readonly metricsUrl: string;
  readonly child: ChildProcess;
  readonly output: () => string;
}

export async function runMigrations(variables: Record<string, string> = {}): Promise<{ readonly code: number | null; readonly output: string }> {
  const { child, output } = start("../src/migrate.ts", variables);
  const [code] = await once(child, "close");
  return { code, output: output() };
}

/**
 * The service as a process, ready when its port is. All share one outbox: so that a test can watch it, only services that are
 * given the topic's address tell what it holds.
 */
export async function startService(variables: Record<string, string> = {}): Promise<Service> {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const { child, output } = start("../src/server.ts", {
    HOST: "127.0.0.1", PORT: String(port), METRICS_PORT: String(metricsPort), JWT_KEY: "a key for these tests only", RELEASE: "test-1", ALLOWED_ORIGINS: PAGE, AWS_ENDPOINT_URL_SNS: "http://127.0.0.1:1", ...variables,
  });
  await until(() => output().includes('"listening"') || child.exitCode !== null);
  assert.equal(child.exitCode, null, output());
  return { url: `http://127.0.0.1:${port}`, metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`, child, output };
}

export async function stopService({ child }: Service): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  const [code] = await closed;
  return code;
}

function start(program: string, variables: Record<string, string>): { readonly child: ChildProcess; readonly output: () => string } {
  const child = spawn(process.execPath, [fileURLToPath(new URL(program, import.meta.url))], { env: { ...process.env, ...variables }, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += String(chunk)));
  return { child, output: () => text };
}

export async function until(holds: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    assert(performance.now() < end, `not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Someone with a browser: keeps the cookie, says which page they are on. */
export class Visitor {
  cookie = "";
  /** Where they are; the load balancer would say so. */
  readonly from = `192.0.2.${Math.floor(Math.random() * 250)}, 198.51.${Math.floor(Math.random() * 250)}.${Math.floor(Math.random() * 250)}`;
  readonly #service: Service;
  constructor(service: Service) {
    this.#service = service;
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- what an answer holds is what the tests ask
  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<{ readonly status: number; readonly body: any; readonly headers: Headers }> {
    const response = await fetch(this.#service.url + path, {
      method,
      headers: { origin: PAGE, "x-forwarded-for": this.from, ...(this.cookie ? { cookie: this.cookie } : {}), ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const [set] = response.headers.getSetCookie();
    if (set) this.cookie = set.split(";")[0] ?? "";
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : JSON.parse(text), headers: response.headers };
  }
}

export async function newVisitor(service: Service): Promise<Visitor> {
  const visitor = new Visitor(service);
  assert.equal((await visitor.ask("POST", "/api/users", { email: newEmail(), password: "correct horse" })).status, 201);
  return visitor;
}

export const newEmail = (): string => `${crypto.randomUUID()}@example.org`;

/** A way to a part that can be cut, and can fall silent. */
export interface Wire {
  readonly port: number;
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** What is connected hears nothing more; `newcomers` neither, until it is mended. */
  silence(newcomers?: boolean): void;
  close(): Promise<void>;
}

export const startDatabaseWire = (): Promise<Wire> => startWire(process.env["MYSQL_HOST"] ?? "", Number(process.env["MYSQL_PORT"] ?? 3306));

/** A wire to what an address names, and that address by way of the wire. */
export async function wireTo(address: string): Promise<{ readonly wire: Wire; readonly farPort: number; readonly address: string }> {
  const [, host = "", port = ""] = /^[a-z+]+:\/\/(?:[^@/]*@)?([^:/@]+):(\d+)/.exec(address) ?? assert.fail("no host and port in the address");
  const wire = await startWire(host, Number(port));
  return { wire, farPort: Number(port), address: address.replace(`${host}:${port}`, `127.0.0.1:${wire.port}`) };
}

async function startWire(host: string, farPort: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer((near) => {
    if (silent) return void sockets.add(near.on("error", () => {}));
    const far = connect(farPort, host);
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      sockets.add(socket);
      socket.pipe(other);
      socket.on("error", () => other.destroy());
      socket.on("close", () => sockets.delete(socket) && other.destroy());
    }
  });
  const port = await freePort();
  const cut = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    silent = false;
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  const mend = async (): Promise<void> => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  const silence = (newcomers = false): void => {
    silent = newcomers;
    sockets.forEach((socket) => socket.unpipe().pause());
  };
  await mend();
  return { port, cut, mend, silence, close: cut };
}

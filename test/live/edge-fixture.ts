import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request, Agent } from "node:http";
import { readFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { assignSlots, type EdgeLimit, type Slots } from "../../src/local/render/edge-limits.ts";
import { renderEdge, type Edge, type EdgeHost, type EdgeServer } from "../../src/local/render/edge.ts";
import type { RateLimit } from "../../src/model/protection.ts";
import { edgeClient, type EdgeClient } from "../../src/local/run/edge.ts";
import { CACHE } from "./fixture.ts";
import { findParts, programEnvironment, type FoundPart } from "../../src/local/run/parts/index.ts";
import { freePort } from "../../src/local/run/port.ts";

/** Nobody, where we may become nobody: HAProxy refuses nothing that an ordinary user may do. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** A real HAProxy with what `renderEdge` gives, and real services, in a directory whose name needs quoting. */
export class EdgeStand {
  readonly directory = mkdtempSync(join(tmpdir(), "dailyge it's $HOME "));
  readonly sockets = mkdtempSync(join(tmpdir(), "edge "));
  readonly port: number;
  readonly client: EdgeClient;
  readonly #haproxy: FoundPart;
  readonly #services = new Map<string, ChildProcess>();
  readonly #ports = new Set<number>();
  #edge: ChildProcess | null = null;
  #slots: Slots = {};
  log = "";

  private constructor(haproxy: FoundPart, port: number) {
    this.#haproxy = haproxy;
    this.port = port;
    this.client = edgeClient(this.#sockets);
    for (const directory of [this.directory, this.sockets]) chmodSync(directory, 0o777);
    mkdirSync(`${this.directory}/config`);
    writeFileSync(this.#requests, "");
  }

  static async make(): Promise<EdgeStand> {
    const { haproxy } = await findParts(["haproxy"], { cache: CACHE, path: process.env["PATH"] ?? "", progress: () => {} });
    return new EdgeStand(haproxy, await freePort(new Set()));
  }

  /** Another one that wants the same port. */
  rival(): EdgeStand {
    return new EdgeStand(this.#haproxy, this.port);
  }

  get #sockets(): Edge["sockets"] {
    return { admin: `${this.sockets}/admin.sock`, master: `${this.sockets}/master.sock`, peer: `${this.sockets}/peer.sock` };
  }

  get #requests(): string {
    return `${this.directory}/requests`;
  }

  /** Requests that services began to work on: `POST /orders 17 api.1 /orders?x=1`. */
  requests(): readonly string[] {
    return readFileSync(this.#requests, "utf8").split("\n").filter((line) => line !== "");
  }

  write(hosts: readonly EdgeHost[], wanted: readonly RateLimit[] = []): readonly string[] {
    const limits = this.slotted(wanted);
    const edge: Edge = { listen: { address: "127.0.0.1", port: this.port }, teams: ["office"], hosts, limits, directory: `${this.directory}/config`, sockets: this.#sockets };
    const rendered = renderEdge(edge);
    for (const { path, text } of rendered.files) writeFileSync(path, text);
    return rendered.arguments;
  }

  /** Limits as the edge is told of them. */
  slotted(wanted: readonly RateLimit[]): readonly EdgeLimit[] {
    const { slots, limits } = assignSlots(this.#slots, wanted);
    this.#slots = slots;
    return limits;
  }

  async start(hosts: readonly EdgeHost[], limits: readonly RateLimit[] = []): Promise<void> {
    this.#edge = spawn(this.#haproxy.programs["haproxy"] ?? "haproxy", this.write(hosts, limits), {
      cwd: "/", env: { ...programEnvironment(this.#haproxy) }, stdio: ["ignore", "pipe", "ignore"], ...nobody,
    });
    this.#edge.stdout?.setEncoding("utf8").on("data", (text: string) => (this.log += text));
    await this.client.counts();
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const edge = this.#edge;
    this.#edge = null;
    if (edge === null || edge.exitCode !== null || edge.signalCode !== null) return;
    const ended = once(edge, "exit");
    edge.kill(signal);
    await ended;
  }

  /** Ends every process of HAProxy at once, as a crash would. */
  async crash(): Promise<void> {
    const workers = (await readFile(`/proc/${this.#edge?.pid}/task/${this.#edge?.pid}/children`, "utf8")).trim().split(" ").map(Number);
    for (const worker of workers) process.kill(worker, "SIGKILL");
    await this.stop("SIGKILL");
  }

  /** Starts a service and gives it to no one yet. */
  async serve(name: string): Promise<EdgeServer> {
    const port = await freePort(this.#ports);
    this.#ports.add(port);
    const service = spawn(process.execPath, [join(import.meta.dirname, "edge-server.ts"), name, String(port), this.#requests], { stdio: ["ignore", "ignore", "inherit"] });
    this.#services.set(name, service);
    for (const deadline = Date.now() + 10_000; ; await pause(20)) {
      if (await fetch(`http://127.0.0.1:${port}/health`).then(({ ok }) => ok, () => false)) return { name, port };
      if (Date.now() > deadline) throw new Error(`${name} did not start`);
    }
  }

  async end(name: string, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const service = this.#services.get(name);
    this.#services.delete(name);
    if (service === undefined || service.exitCode !== null || service.signalCode !== null) return;
    const ended = once(service, "exit");
    service.kill(signal);
    await ended;
  }

  signal(name: string, signal: NodeJS.Signals): void {
    this.#services.get(name)?.kill(signal);
  }

  async remove(): Promise<void> {
    await this.stop();
    for (const name of [...this.#services.keys()]) await this.end(name, "SIGKILL");
    for (const directory of [this.directory, this.sockets]) rmSync(directory, { recursive: true, force: true });
  }

  /** Lines of the access log; the last ones may still be on their way. */
  async logged(count: number): Promise<readonly string[]> {
    const lines = () => this.log.split("\n").filter((line) => line !== "");
    for (const deadline = Date.now() + 2_000; lines().length < count && Date.now() < deadline; ) await pause(20);
    return lines();
  }
}

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends bytes as they are, from any loopback address, and reads until the other side closes. */
export function raw(port: number, text: string, from = "127.0.0.1"): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const connection = createConnection({ port, host: "127.0.0.1", localAddress: from });
    const timer = setTimeout(() => connection.destroy(new Error(`no end of the answer to ${JSON.stringify(text.slice(0, 80))}`)), 3_000);
    connection.on("data", (chunk: Buffer) => chunks.push(chunk));
    connection.on("error", reject);
    connection.on("close", () => {
      clearTimeout(timer);
      const [head = "", ...body] = Buffer.concat(chunks).toString("latin1").split("\r\n\r\n");
      resolve({ status: Number(head.split(" ")[1]), head: head.toLowerCase(), body: body.join("\r\n\r\n") });
    });
    connection.write(Buffer.from(text, "latin1"));
  });
}

/** Clients that each keep a connection and send one request after the other until they are told to stop. */
export class Load {
  readonly answers = new Map<string, number>();
  /** Bodies of POSTs that were answered 200. */
  readonly posted: string[] = [];
  readonly path: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 100 });
  readonly #clients: Promise<void>[];
  #stopped = false;
  #next = 0;

  constructor(port: number, host: string, { gets, posts, path = "/work" }: { readonly gets: number; readonly posts: number; readonly path?: string }) {
    this.path = path.split("?")[0] ?? path;
    const one = (method: "GET" | "POST") => async () => {
      while (!this.#stopped) await this.#send(port, host, method, path);
    };
    this.#clients = [...Array.from({ length: gets }, () => one("GET")), ...Array.from({ length: posts }, () => one("POST"))].map((run) => run());
  }

  #send(port: number, host: string, method: "GET" | "POST", path: string): Promise<void> {
    const body = method === "POST" ? String((this.#next += 1)) : "";
    return new Promise((resolve) => {
      const done = (answer: string) => {
        this.answers.set(`${method} ${answer}`, (this.answers.get(`${method} ${answer}`) ?? 0) + 1);
        resolve();
      };
      const sent = request({ port, host: "127.0.0.1", method, path, headers: { host, "content-length": body.length }, agent: this.#agent }, (response) => {
        response.resume();
        response.on("error", (error) => done(error.message));
        response.on("end", () => {
          if (method === "POST" && response.statusCode === 200) this.posted.push(body);
          done(String(response.statusCode));
        });
      });
      sent.on("error", (error) => done(error.message));
      sent.end(body);
    });
  }

  /** What was answered, by method and status: `{"GET 200": 812}`. */
  async stop(): Promise<Readonly<Record<string, number>>> {
    this.#stopped = true;
    await Promise.all(this.#clients);
    this.#agent.destroy();
    return Object.fromEntries(this.answers);
  }
}

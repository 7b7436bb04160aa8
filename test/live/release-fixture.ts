import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import type { PartsDefinition } from "../../src/definition/parts.ts";
import type { ServiceDefinition } from "../../src/definition/service.ts";
import type { PartStatus } from "../../src/local/run/status.ts";
import { askAt, Platform, service, type PlatformOptions } from "./fixture.ts";
import type { Conduct } from "./release-service.ts";

/** A platform whose service `api` is released again and again. */
export class ReleasePlatform extends Platform {
  get #notes(): string {
    return join(this.top, "notes");
  }

  /** Defines `api`, and other parts. */
  defineApi(change: Partial<ServiceDefinition> = {}, others: PartsDefinition = {}): void {
    writeFileSync(this.#notes, "", { flag: "a" });
    chmodSync(this.#notes, 0o666);
    this.release();
    this.define({ ...others, services: { ...others.services, api: service({ start: "node service.ts", environment: { NOTES: this.#notes }, ...change }) } });
  }

  /** Writes sources of `api` that behave so; each version is other content. */
  release(conduct: Conduct = {}, version = "1"): void {
    const directory = join(this.directory, "services/api");
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "conduct.json"), JSON.stringify(conduct));
    writeFileSync(join(directory, "version"), version);
    copyFileSync(fileURLToPath(new URL("release-service.ts", import.meta.url)), join(directory, "service.ts"));
  }

  /** What the service wrote down, of one kind: `order 3` → `3`. */
  notes(kind: string): readonly string[] {
    const lines = readFileSync(this.#notes, "utf8").split("\n");
    return lines.flatMap((line) => (line === kind ? [""] : line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []));
  }

  /** Has the replica on this port end as often as it starts. */
  doom(port: number): void {
    writeFileSync(`${this.#notes}-${port}`, "", { mode: 0o644 });
  }

  /** `deploy api`, which must work; gives the release. */
  async deploy(...words: readonly string[]): Promise<string> {
    const told = await this.run("deploy", "api", "--json", ...words);
    expect(told, told.err).toMatchObject({ code: 0 });
    return (JSON.parse(told.out) as { release: string }).release;
  }

  /** The replicas, by status. */
  async replicas(name = "api"): Promise<readonly PartStatus[]> {
    return (await this.status()).parts.filter((part) => part.name.startsWith(`${name}.`));
  }

  /** Ports of the replicas, as the state file has them. */
  ports(): readonly number[] {
    const state = JSON.parse(readFileSync(join(this.state(), "state.json"), "utf8")) as { workloads: { api: { replicas: { port: number }[] } } };
    return state.workloads.api.replicas.map(({ port }) => port);
  }

  /** What each replica itself says that it is. */
  async running(path = "/"): Promise<readonly string[]> {
    const answers = await Promise.all(this.ports().map((port) => askAt(port, path, { host: "127.0.0.1" })));
    return answers.map(({ headers }) => String(headers["x-release"]));
  }

  controller(): number {
    return (JSON.parse(readFileSync(join(this.state(), "controller.lock"), "utf8")) as { pid: number }).pid;
  }

  load(options: LoadOptions = {}): Load {
    return new Load(this.port(), `${options.host ?? "api"}.${this.name}.localhost`, options);
  }
}

/** A platform of one test, whose `api` is to be released. */
export function makeReleasePlatform(change: Partial<ServiceDefinition> = {}, others: PartsDefinition = {}, options: PlatformOptions = {}): ReleasePlatform {
  const platform = new ReleasePlatform(options);
  onTestFinished(() => platform.end());
  platform.defineApi(change, others);
  return platform;
}

export interface LoadOptions {
  /** Clients, each with a connection that it keeps. @default 4 */
  readonly clients?: number;
  /** First label of the host's name. @default "api" */
  readonly host?: string;
  readonly path?: string;
  readonly posts?: boolean;
  /** It ends by itself then. @default 60 */
  readonly atMostSeconds?: number;
}

interface Failed {
  readonly what: string;
  readonly at: number;
}

/** Clients that ask without end, GET and POST in turn, until they are stopped. */
export class Load {
  gets = 0;
  readonly posted: string[] = [];
  readonly failed: Failed[] = [];
  /** Milliseconds that the slowest answer took. */
  slowest = 0;
  readonly #port: number;
  readonly #host: string;
  readonly #options: LoadOptions;
  readonly #until: number;
  readonly #clients: Promise<unknown>;
  #stopped = false;

  constructor(port: number, host: string, options: LoadOptions) {
    this.#port = port;
    this.#host = host;
    this.#options = options;
    this.#until = Date.now() + (options.atMostSeconds ?? 60) * 1000;
    this.#clients = Promise.all(Array.from({ length: options.clients ?? 4 }, (_, index) => this.#client(index)));
  }

  async #client(index: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { path = "/", posts = true } = this.#options;
    for (let count = 0; !this.#stopped && Date.now() < this.#until; count += 1) {
      const post = posts && count % 2 === 1;
      const id = `${index}-${count}`;
      const began = Date.now();
      const trouble = await this.#ask(agent, post ? "POST" : "GET", post ? `/orders?id=${id}` : path);
      this.slowest = Math.max(this.slowest, Date.now() - began);
      if (trouble !== null) this.failed.push({ what: `${post ? `POST ${id}` : "GET"}: ${trouble}`, at: began });
      else if (post) this.posted.push(id);
      else this.gets += 1;
      await pause(4);
    }
    agent.destroy();
  }

  /** Null when it was answered with 200. */
  #ask(agent: Agent, method: string, path: string): Promise<string | null> {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    const asked = request({ host: "127.0.0.1", port: this.#port, path, method, agent, timeout: 20_000, headers: { host: this.#host } }, (response) => {
      response.resume();
      response.on("close", () => resolve(response.statusCode === 200 && response.complete ? null : `status ${response.statusCode}`));
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer")));
    asked.on("error", (cause) => resolve(cause.message)).end();
    return promise;
  }

  /** Ends it and gives what failed, GETs only where it is asked for. */
  async stop(): Promise<readonly string[]> {
    this.#stopped = true;
    await this.#clients;
    return this.failed.map(({ what }) => what);
  }
}

/** That each order that was acknowledged was carried out once, and none twice. */
export function expectOnce(platform: ReleasePlatform, { posted }: Load): void {
  const seen = platform.notes("order");
  const known = new Set(seen);
  expect(seen.length - known.size, "orders carried out twice").toBe(0);
  expect(posted.filter((id) => !known.has(id)), "orders acknowledged and lost").toEqual([]);
}

import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { State } from "../../src/local/run/state.ts";
import type { PartStatus, StatusReport } from "../../src/local/run/status.ts";

type Dailyge = (...words: readonly string[]) => Promise<string>;

/** A platform with a state directory of its own, driven by the command line alone. */
export class Platform {
  readonly directory: string;
  readonly state: string;
  readonly #definition: string;
  readonly #dailyge: Dailyge;

  private constructor(dailyge: Dailyge, directory: string, definition: string) {
    this.#dailyge = dailyge;
    this.directory = directory;
    this.state = join(directory, "state");
    this.#definition = definition;
  }

  /** Brings it up for the first time. */
  static async make(dailyge: Dailyge, directory: string, definition: (directory: string) => Promise<string>): Promise<Platform> {
    await mkdir(directory);
    const platform = new Platform(dailyge, directory, await definition(directory));
    try {
      await platform.up();
    } catch (cause) {
      await platform.erase().catch(() => {});
      throw cause;
    }
    return platform;
  }

  readonly #words = (): readonly string[] => ["--platform", this.#definition, "--state", this.state];

  async up(): Promise<void> {
    await this.#dailyge("up", "--detach", ...this.#words());
  }

  async down(): Promise<void> {
    await this.#dailyge("down", ...this.#words());
  }

  async deploy(name: string, sources: string): Promise<void> {
    await this.#dailyge("deploy", name, "--from", sources, ...this.#words());
  }

  /** Runs a command with the environment of a service, and gives what it prints. */
  exec(service: string, ...words: readonly string[]): Promise<string> {
    return this.#dailyge("exec", service, ...this.#words(), "--", ...words);
  }

  /** Runs statements as the administrator of its database `mysql`. */
  async sql(statements: string): Promise<void> {
    await this.#dailyge("shell", "mysql", ...this.#words(), "--", "--execute", statements);
  }

  async snapshot(name: string): Promise<void> {
    await this.#dailyge("snapshot", name, ...this.#words());
  }

  async restore(name: string): Promise<void> {
    await this.#dailyge("restore", name, "--yes", ...this.#words());
  }

  async deleteSnapshot(name: string): Promise<void> {
    await this.#dailyge("snapshots", "delete", name, ...this.#words());
  }

  /** The command that stays with it and releases what changes. */
  watching(): readonly string[] {
    return ["./dailyge", "up", "--watch", ...this.#words()];
  }

  async erase(): Promise<void> {
    await this.#dailyge("down", "--erase", "--yes", ...this.#words());
  }

  async status(): Promise<StatusReport> {
    return JSON.parse(await this.#dailyge("status", "--json", ...this.#words())) as StatusReport;
  }

  /** The process of a part that runs. */
  async process(name: string): Promise<number> {
    const pid = (await this.status()).parts.find((part) => part.name === name)?.pid ?? null;
    if (pid === null) throw new Error(`${name} does not run`);
    return pid;
  }

  async replicas(name: string): Promise<readonly PartStatus[]> {
    return (await this.status()).parts.filter((part) => part.name.startsWith(`${name}.`));
  }

  /** Ports of all parts, by name. */
  async ports(): Promise<Readonly<Record<string, number>>> {
    const state = JSON.parse(await readFile(join(this.state, "state.json"), "utf8")) as State;
    const replicas = Object.values(state.workloads).flatMap((workload) => workload.replicas);
    return { ...state.ports, ...Object.fromEntries(replicas.map(({ name, port }) => [name, port])) };
  }

  /** Host and port at which people reach a service. */
  async address(name: string): Promise<{ readonly host: string; readonly port: number }> {
    const url = new URL((await this.status()).urls[name] ?? "");
    return { host: url.host, port: Number(url.port) };
  }
}

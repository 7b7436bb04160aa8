import { chown, mkdir, readdir, stat } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { socketDirectory } from "../../src/local/run/sockets.ts";
import { recordPart, type HandPart } from "./hand-part.ts";
import { untilAnswers } from "./http.ts";
import type { Platform } from "./platform.ts";
import { RUNNING } from "./reference.ts";
import type { Started, Workbench } from "./workbench.ts";

const START_WITHIN_MS = 30_000;

/** All processes of the reference platform, to be started by hand while it is down: on its data, with its configuration and ports. */
export class HandPlatform {
  readonly parts: readonly HandPart[];
  readonly #ports: Readonly<Record<string, number>>;
  readonly #sockets: readonly SocketDirectory[];
  #running: Started[] = [];

  private constructor(parts: readonly HandPart[], ports: Readonly<Record<string, number>>, sockets: readonly SocketDirectory[]) {
    this.parts = parts;
    this.#ports = ports;
    this.#sockets = sockets;
  }

  /** Takes down how everything of a running platform is started. */
  static async record(bench: Workbench, platform: Platform): Promise<HandPlatform> {
    const names = (await platform.status()).parts.flatMap(({ name, pid }) => (pid === null ? [] : [name]));
    const parts = await Promise.all(names.map((name) => recordPart(bench, platform, name)));
    return new HandPlatform(parts, await platform.ports(), await socketDirectories(socketDirectory(platform.state)));
  }

  /** Starts everything as early as it can be: servers at once, a service when what it needs answers; waits until each has answered once. `before` is done for a site or service when what it needs answers. */
  async start(before: (workload: string) => Promise<void> = async () => {}): Promise<void> {
    for (const { path, user, mode } of this.#sockets) {
      await mkdir(path, { recursive: true, mode });
      await chown(path, user, user);
    }
    const servers = Object.keys(SPEAKS);
    const there = new Map(servers.map((name) => [name, this.#startServer(name)]));
    const workloads = Object.entries(RUNNING).map(async ([workload, { health, needs }]) => {
      for (const name of needs) await there.get(name);
      await before(workload);
      await Promise.all(this.#named(workload).map((part) => this.#startReplica(part, health)));
    });
    await Promise.all([...there.values(), ...workloads]);
  }

  /** Numbers of all that runs. */
  pids(): readonly number[] {
    return this.#running.flatMap(({ child }) => child.pid ?? []);
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = [];
    await Promise.all(running.map((process) => process.stop()));
  }

  #named(workload: string): readonly HandPart[] {
    return this.parts.filter(({ name }) => name === workload || name.startsWith(`${workload}.`));
  }

  async #startServer(name: string): Promise<void> {
    const [part] = this.#named(name);
    const speaks = SPEAKS[name];
    if (part === undefined || speaks === undefined) throw new Error(`${name} did not run`);
    this.#running.push(part.start());
    await speaks(this.#ports[name] ?? 0);
  }

  async #startReplica(part: HandPart, health: string | null): Promise<void> {
    this.#running.push(part.start());
    if (health !== null) await untilAnswers(this.#ports[part.name] ?? 0, health);
  }
}

/** Takes a platform down that runs, to do something with its processes by hand; none of them runs afterwards. Ports of replicas are other ones each time. */
export async function insteadOf<Result>(bench: Workbench, platform: Platform, act: (hand: HandPlatform) => Promise<Result>): Promise<Result> {
  const hand = await HandPlatform.record(bench, platform);
  await platform.down();
  try {
    return await act(hand);
  } finally {
    await hand.stop();
  }
}

/** Where servers have their sockets, which is gone when a platform is down. */
interface SocketDirectory {
  readonly path: string;
  readonly user: number;
  readonly mode: number;
}

async function socketDirectories(top: string): Promise<readonly SocketDirectory[]> {
  const below = (await readdir(top, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => join(top, name));
  return Promise.all([top, ...below].map((path) => stat(path).then(({ uid, mode }) => ({ path, user: uid, mode: mode & 0o777 }))));
}

/** When a server can be asked. */
const SPEAKS: Readonly<Record<string, (port: number) => Promise<void>>> = {
  edge: (port) => until(port, "", "connected"),
  // It speaks first.
  mysql: (port) => until(port, "", "answered"),
  // It wants a password, or is still loading what it keeps.
  redis: (port) => until(port, "PING\r\n", "-NOAUTH"),
  mongodb: (port) => until(port, "", "connected"),
  messaging: (port) => untilAnswers(port, "/health"),
};

async function until(port: number, says: string, wanted: "connected" | "answered" | "-NOAUTH"): Promise<void> {
  for (const end = performance.now() + START_WITHIN_MS; !(await hears(port, says, wanted)); await pause(5)) {
    if (performance.now() > end) throw new Error(`nothing answers at 127.0.0.1:${port}`);
  }
}

function hears(port: number, says: string, wanted: "connected" | "answered" | "-NOAUTH"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const done = (heard: boolean): void => {
      resolve(heard);
      socket.destroy();
    };
    socket.once("connect", () => (wanted === "connected" ? done(true) : socket.write(says)));
    socket.once("data", (data: Buffer) => done(wanted === "answered" || data.toString("latin1").startsWith(wanted)));
    socket.once("error", () => done(false));
    socket.once("close", () => done(false));
    socket.setTimeout(1000, () => done(false));
  });
}

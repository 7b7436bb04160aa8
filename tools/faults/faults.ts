import { setTimeout as pause } from "node:timers/promises";
import type { Platform } from "../bench/platform.ts";
import { fullDisk } from "./disk.ts";
import type { Fault } from "./fault.ts";

const PARTS = ["edge", "tasks.1", "api.1", "admin-api.1", "event-worker.1", "mysql", "redis", "mongodb", "messaging"];

const PAIRS: readonly (readonly [string, string])[] = [["mysql", "api.1"], ["edge", "api.1"], ["redis", "messaging"], ["mongodb", "event-worker.1"], ["mysql", "messaging"]];

async function signal(platform: Platform, names: readonly string[], name: NodeJS.Signals): Promise<void> {
  const { parts } = await platform.status();
  const pids = names.flatMap((wanted) => parts.find((part) => part.name === wanted)?.pid ?? []);
  if (pids.length < names.length) throw new Error(`not all of ${names.join(", ")} run: ${parts.map((part) => part.name).join(", ")}`);
  for (const pid of pids) process.kill(pid, name);
}

/** Ends parts of the platform as a crash does. */
export const kill = (...names: readonly string[]): Fault => ({ what: `kill -9 of ${names.join(" and ")}`, act: (platform) => signal(platform, names, "SIGKILL") });

/** It accepts connections and answers none. */
const freeze = (name: string, seconds: number): Fault => ({
  what: `${name} accepts and does not answer for ${seconds} s`,
  act: async (platform) => {
    await signal(platform, [name], "SIGSTOP");
    await pause(seconds * 1000);
    await signal(platform, [name], "SIGCONT");
  },
});

const everything: Fault = {
  what: "kill -9 of every part at once",
  act: async (platform) => {
    const { parts } = await platform.status();
    await signal(platform, parts.filter(({ pid }) => pid !== null).map(({ name }) => name), "SIGKILL");
  },
};

const restart: Fault = {
  what: "down, then up",
  act: async (platform) => {
    await platform.down();
    await platform.up();
  },
};

/** Something that people were in the middle of when the platform is taken down, and brought up again. */
const downDuring = (what: string, begin: (platform: Platform) => Promise<unknown>): Fault => ({
  what: `down in the middle of ${what}, then up`,
  act: async (platform) => {
    // It is refused or interrupted, which is what it should be.
    const begun = begin(platform).catch(() => {});
    await pause(1_000);
    await platform.down();
    await begun;
    await platform.up();
  },
});

const downDuringUp = downDuring("up", async (platform) => {
  await platform.down();
  await platform.up();
});

/** Connections that nobody closes, as many as there are, by a service that those who are asked have nothing to do with. */
export const leakedConnections: Fault = {
  what: "admin-api leaks connections to mysql until it gets no more",
  act: async (platform) => {
    const told = await platform.exec("admin-api", "node", "--input-type=module", "--eval", `import { createConnection } from "mysql2/promise";
const { MYSQL_HOST: host, MYSQL_PORT: port, MYSQL_USER: user, MYSQL_PASSWORD: password, MYSQL_DATABASE: database } = process.env;
let held = 0;
let refused = null;
while (refused === null) await createConnection({ host, port: Number(port), user, password, database }).then(() => (held += 1), (error) => (refused = error));
console.log(refused.errno);
await new Promise((resolve) => setTimeout(resolve, 3000));
process.exit(0);`);
    if (!LIMITED.includes(Number(told))) throw new Error(`it was not held to its number of connections: ${told}`);
  },
};

/** A user has more than max_user_connections. https://mariadb.com/kb/en/mariadb-error-code-reference/ */
const LIMITED = [1203, 1226];

export const FAULTS: readonly Fault[] = [
  ...PARTS.map((name) => kill(name)), ...PAIRS.map((pair) => kill(...pair)), everything,
  freeze("mysql", 5), freeze("redis", 5), freeze("mongodb", 5), freeze("messaging", 5), leakedConnections,
  restart, downDuringUp, downDuring("a deploy", (platform) => platform.deploy("api", "examples/dailyge/services/api")),
  downDuring("a snapshot", (platform) => platform.snapshot("before")),
  ...(process.getuid?.() === 0 ? [fullDisk] : []),
];

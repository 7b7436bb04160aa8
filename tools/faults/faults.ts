import { setTimeout as pause } from "node:timers/promises";
import type { Platform } from "../bench/platform.ts";
import type { Fault } from "./fault.ts";

const PARTS = ["edge", "tasks.1", "api.1", "admin-api.1", "event-worker.1", "mysql", "redis", "mongodb", "messaging"];

const PAIRS: readonly (readonly [string, string])[] = [["mysql", "api.1"], ["edge", "api.1"], ["redis", "messaging"], ["mongodb", "event-worker.1"], ["mysql", "messaging"]];

async function signal(platform: Platform, names: readonly string[], name: NodeJS.Signals): Promise<void> {
  const { parts } = await platform.status();
  for (const part of parts.filter((each) => names.includes(each.name))) if (part.pid !== null) process.kill(part.pid, name);
}

const kill = (...names: readonly string[]): Fault => ({ what: `kill -9 of ${names.join(" and ")}`, act: (platform) => signal(platform, names, "SIGKILL") });

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
  act: async (platform) => signal(platform, (await platform.status()).parts.map(({ name }) => name), "SIGKILL"),
};

const restart: Fault = {
  what: "down, then up",
  act: async (platform) => {
    await platform.down();
    await platform.up();
  },
};

export const FAULTS: readonly Fault[] = [...PARTS.map((name) => kill(name)), ...PAIRS.map((pair) => kill(...pair)), everything, freeze("mysql", 5), freeze("redis", 5), freeze("mongodb", 5), restart];

import type { DatabaseEngine } from "./database-engine.ts";

/** Not kept on this machine yet. */
export const redis: DatabaseEngine<"redis"> = {
  parts: [],
  findServer: async () => ({ why: "Redis does not run on this machine yet", help: "./dailyge status" }),
  here: () => {
    throw new Error("Redis does not run on this machine yet");
  },
  promises: () => [],
};

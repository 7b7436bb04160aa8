import type { DatabaseEngine } from "./database-engine.ts";

/** Not kept on this machine yet. */
export const mongodb: DatabaseEngine<"mongodb"> = {
  parts: [],
  findServer: async () => ({ why: "MongoDB does not run on this machine yet", help: "./dailyge status" }),
  here: () => {
    throw new Error("MongoDB does not run on this machine yet");
  },
  promises: () => [],
};

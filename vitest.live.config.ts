import { defineConfig } from "vitest/config";

/** Real parts through the real CLI, and the real terraform. Two files at a time: they wait more than they work. */
export default defineConfig({
  resolve: { alias: { "dailyge-infra": new URL("./src/index.ts", import.meta.url).pathname } },
  test: { include: ["test/live/**/*.test.ts"], testTimeout: 180_000, hookTimeout: 300_000, maxWorkers: 2 },
});

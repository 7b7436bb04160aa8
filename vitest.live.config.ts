import { defineConfig } from "vitest/config";

/** Real parts through the real CLI, and the real terraform. One file at a time: they measure and they need memory. */
export default defineConfig({
  resolve: { alias: { "dailyge-infra": new URL("./src/index.ts", import.meta.url).pathname } },
  test: { include: ["test/live/**/*.test.ts"], testTimeout: 180_000, hookTimeout: 300_000, fileParallelism: false },
});

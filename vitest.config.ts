import { defineConfig } from "vitest/config";

/** The quick part: pure layers, and small things that need no server. `vitest.live.config.ts` has the rest. */
export default defineConfig({
  resolve: { alias: { "dailyge-infra": new URL("./src/index.ts", import.meta.url).pathname } },
  test: { include: ["src/**/*.test.ts", "test/*.test.ts", "test/aws/**/*.test.ts", "test/cases/**/*.test.ts", "test/conformance/**/*.test.ts"], testTimeout: 30_000 },
});

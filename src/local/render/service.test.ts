import { expect, test } from "vitest";
import { startCommand } from "./service.ts";

test.each([
  ["node server.js", "exec node server.js"],
  ["exec node server.js", "exec node server.js"],
  ["executor --now", "exec executor --now"],
  ["LEVEL=debug node server.js", "LEVEL=debug node server.js"],
  ["cd app && node server.js", "cd app && node server.js"],
  ["node server.js | tee log", "node server.js | tee log"],
])("%j is started as %j", (start, command) => {
  expect(startCommand(start)).toBe(command);
});

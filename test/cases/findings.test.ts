import { describe, expect, test } from "vitest";
import { resolve } from "../../src/model/resolve/index.ts";
import { RULES } from "../../src/model/resolve/place.ts";
import { DATABASE } from "./findings/database.ts";
import { HOSTS } from "./findings/hosts.ts";
import { NETWORK } from "./findings/network.ts";
import { EXISTING } from "./findings/existing.ts";
import { PLATFORM } from "./findings/platform.ts";
import { SERVICE_CASES } from "./findings/service.ts";
import { SITE_CASES } from "./findings/site.ts";
import { TEAM } from "./findings/team.ts";
import { RATE_LIMIT, SCHEDULE, TOPIC } from "./findings/topic.ts";
import { VARIABLE } from "./findings/variable.ts";

const CASES = [...PLATFORM, ...NETWORK, ...TEAM, ...SITE_CASES, ...SERVICE_CASES, ...HOSTS, ...VARIABLE, ...DATABASE, ...EXISTING, ...TOPIC, ...RATE_LIMIT, ...SCHEDULE];
const WARNINGS = ["private-address", "apex-unused", "migrates-nothing", "delivers-nowhere", "hosts-unused"];

describe("one mistake is one finding, with its place and what to do", () => {
  test.each(CASES)("$rule at $path: $message", ({ rule, definition, path, message, fix }) => {
    const resolved = resolve(definition, (directory) => !directory.includes("absent"));
    const severity = WARNINGS.includes(rule) ? "warning" : "error";
    expect(resolved.ok ? resolved.warnings : resolved.findings).toEqual([{ rule, severity, path, environments: [], message, fix }]);
    expect(resolved.ok).toBe(severity === "warning");
  });

  test("every rule has its case", () => {
    expect(RULES.filter((rule) => !CASES.some((each) => each.rule === rule))).toEqual([]);
  });
});

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { PartsDefinition } from "../../src/definition/parts.ts";
import { eventually, service, sharePlatform } from "./fixture.ts";

const parts = {
  sites: { web: { host: "www", directory: "sites/web", build: "echo building the site" } },
  services: { api: service({ replicas: 2, environment: { SAYS_AT_START: "good morning" } }), other: service({}, "other") },
} satisfies PartsDefinition;

describe("logs", () => {
  const platform = sharePlatform(parts);
  beforeAll(async () => {
    await platform.up();
  });

  test("of all, of a service's replicas, of one part, of a build", async () => {
    const all = (await platform.run("logs")).out;
    for (const name of ["api.1", "api.2", "other.1", "controller", "web.build"]) expect(all).toMatch(new RegExp(`^${name} `, "m"));
    const api = (await platform.run("logs", "api")).out.trim().split("\n");
    expect(new Set(api.map((line) => line.split(" ")[0]))).toEqual(new Set(["api.1", "api.2"]));
    expect(api.filter((line) => /^api\.\d +\d\d:\d\d:\d\d\.\d{3} +good morning$/.test(line))).toHaveLength(2);
    expect((await platform.run("logs", "api.2")).out).not.toContain("api.1");
    expect((await platform.run("logs", "web.build")).out).toContain("building the site");
    const json = (await platform.run("logs", "other", "--json")).out.trim().split("\n").map((line) => JSON.parse(line) as { part: string; at: string; text: string });
    expect(json.at(-1)).toMatchObject({ part: "other.1", at: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string });
  });

  test("only so many lines; a name that there is not is corrected", async () => {
    await platform.ask("/log?text=line&lines=50", { host: "other", method: "POST" });
    const lastSeven = async (): Promise<readonly string[]> => (await platform.run("logs", "other", "--lines", "7")).out.trim().split("\n");
    await eventually(async () => (await lastSeven()).every((line) => line.endsWith("  line")));
    expect(await lastSeven()).toHaveLength(7);
    const wrong = await platform.run("logs", "othr");
    expect(wrong).toMatchObject({ code: 2, out: "" });
    expect(wrong.err).toContain("did you mean other?");
    expect(await platform.run("logs", "--lines", "many")).toMatchObject({ code: 2 });
  });

  test("-f follows, also what is started later, until Ctrl-C", async () => {
    const follow = platform.start("logs", "-f", "api", "--lines", "1");
    await follow.says("good morning");
    await platform.ask("/log?text=while+following", { method: "POST" });
    await follow.says("while following");
    platform.define({ ...parts, services: { ...parts.services, api: { ...parts.services.api, environment: { SAYS_AT_START: "good evening" } } } });
    await platform.up();
    await follow.says("good evening");
    follow.signal("SIGINT");
    expect(await follow.ended()).toMatchObject({ code: 0, err: "" });
  });

  test("are bounded, and the newest lines are there", async () => {
    const text = "x".repeat(1000);
    for (let round = 0; round < 10; round += 1) expect((await platform.ask(`/log?lines=1000&text=${round}${text}`, { host: "other", method: "POST" })).status).toBe(200);
    await platform.ask("/log?text=the+last+one", { host: "other", method: "POST" });
    const directory = join(platform.state(), "logs/other.1");
    // While svlogd begins a new file there is none for a moment.
    await eventually(() => existsSync(join(directory, "current")) && readFileSync(join(directory, "current"), "utf8").includes("the last one"));
    const sizes = readdirSync(directory).map((name) => statSync(join(directory, name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(6_500_000);
    expect(sizes.length).toBeGreaterThan(3);
    const lines = (await platform.run("logs", "other")).out.trim().split("\n");
    expect(lines.at(-1)).toContain("the last one");
    expect(lines.length).toBeLessThanOrEqual(200);
  });

  test("are there when nothing runs any more", async () => {
    expect(await platform.run("down")).toMatchObject({ code: 0 });
    expect((await platform.run("logs", "api")).out).toContain("good evening");
  });
});

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import type { PartsDefinition } from "../../src/definition/parts.ts";
import type { PartStatus, StatusReport } from "../../src/local/run/status.ts";
import { eventually, makePlatform, part, service, sharePlatform, withNotes } from "./fixture.ts";
import { endProcessesOf, processesOf } from "./fixture-residue.ts";

const parts = {
  sites: { web: { host: "www", directory: "sites/web" } },
  services: { api: service({ ...(await withNotes()), replicas: 2 }) },
  databases: { db: { engine: "mysql" } },
} satisfies PartsDefinition;

const kill = (pid: number | null): void => void process.kill(pid ?? expect.fail("nothing to kill"), "SIGKILL");

const first = (report: StatusReport, kind: PartStatus["kind"]): PartStatus => report.parts.find((one) => one.kind === kind) ?? expect.fail(`no ${kind}`);

/** The processes of all parts but one. */
const pidsOf = ({ parts: all }: StatusReport, but: string): Readonly<Record<string, number | null>> =>
  Object.fromEntries(all.filter(({ name }) => name !== but).map(({ name, pid }) => [name, pid]));

describe("kill -9", () => {
  const platform = sharePlatform(parts);
  beforeAll(async () => {
    await platform.up();
  });

  const controller = (): number => (JSON.parse(readFileSync(join(platform.state(), "controller.lock"), "utf8")) as { pid: number }).pid;
  const supervisor = (name: string): number => (JSON.parse(readFileSync(join(platform.state(), "parts", name, "supervisor.json"), "utf8")) as { pid: number }).pid;
  const logger = (name: string): number => Number(readFileSync(join(platform.state(), "parts", name, "log/supervise/pid"), "utf8"));
  const serves = async (): Promise<void> => {
    expect((await platform.ask("/")).status).toBe(200);
    expect((await platform.ask("/", { host: "www" })).status).toBe(200);
    expect((await platform.ask("/notes")).status).toBe(200);
  };

  test("of the controller: it serves on, and the next command adopts without a restart", async () => {
    const before = await platform.pids();
    const first = controller();
    kill(first);
    await serves();
    expect(await platform.pids()).toEqual(before);
    expect(controller()).not.toBe(first);
    kill(controller());
    await platform.up();
    expect(await platform.pids()).toEqual(before);
  });

  test("of the controller and then of a replica: runsv alone brings it back, the next command sees it", async () => {
    const before = await platform.pids();
    kill(controller());
    kill(before["api.1"] ?? null);
    await eventually(async () => (await platform.ask("/")).status === 200);
    const report = await platform.until(({ ready }) => ready);
    expect(part(report, "api.1").pid).not.toBe(before["api.1"]);
    expect(part(report, "api.2").pid).toBe(before["api.2"]);
  });

  test("of a replica: the other one answers, it comes back, status counts it", async () => {
    const before = await platform.status();
    kill(part(before, "api.2").pid);
    for (let tries = 0; tries < 20; tries += 1) expect((await platform.ask("/")).status).toBe(200);
    const after = await platform.until((report) => report.ready && part(report, "api.2").pid !== part(before, "api.2").pid);
    expect(part(after, "api.2").crashes).toBe(part(before, "api.2").crashes + 1);
    expect((await platform.run("status")).out).toMatch(/api +2 of 2 ready, ended \d times?/);
    await eventually(async () => (await platform.run("logs", "controller")).out.includes("api.2: was ended by signal 9"));
  });

  test.each(["site", "database", "edge"] as const)("of the process of the %s: it alone is started again", async (kind) => {
    const before = await platform.status();
    const { name, pid } = first(before, kind);
    kill(pid);
    const after = await platform.until((report) => report.ready && first(report, kind).pid !== pid);
    await serves();
    expect(pidsOf(after, name)).toEqual(pidsOf(before, name));
  });

  test("of HAProxy's worker", async () => {
    const { edge } = await platform.pids();
    const worker = processesOf(platform.top).find(({ pid, command }) => command.includes("haproxy") && pid !== edge && readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[3] === String(edge));
    kill(worker?.pid ?? null);
    await eventually(async () => (await platform.ask("/")).status === 200);
    await platform.until(({ ready }) => ready);
    await serves();
  });

  test.each(["service", "site", "database", "edge"] as const)("of the supervisor of the %s: it is under a new one, and once", async (kind) => {
    const before = await platform.status();
    const { name, pid } = first(before, kind);
    kill(supervisor(name));
    await platform.until((report) => report.ready && report.parts.every((one) => one.pid !== pid));
    await serves();
    expect(processesOf(platform.top).filter(({ command }) => /runsv \S*parts\//.test(command))).toHaveLength(before.parts.length);
  });

  test("of a supervisor and then of its process: what that one left goes too", async () => {
    const { name, pid } = first(await platform.status(), "site");
    kill(supervisor(name));
    kill(pid);
    await platform.until((report) => report.ready && first(report, "site").pid !== pid);
    await serves();
    expect(processesOf(platform.top).filter(({ command }) => command.includes("nginx: worker"))).toHaveLength(1);
  });

  test("of a log's writer: it is started again and what is written is kept", async () => {
    const { name } = first(await platform.status(), "service");
    const old = logger(name);
    kill(old);
    await eventually(() => logger(name) !== old && logger(name) !== 0);
    await eventually(async () => {
      await platform.ask("/log?text=afterwards", { method: "POST" });
      return (await platform.run("logs", name)).out.includes("afterwards");
    });
  });

  test("of everything at once during writes: every acknowledged one is there after up", async () => {
    const acknowledged: string[] = [];
    let writing = true;
    const writers = [1, 2, 3].map(async (writer) => {
      for (let count = 0; writing; count += 1) {
        const text = `w${writer}_${count}`;
        if ((await platform.ask(`/notes?text=${text}`, { method: "POST" })).status === 200) acknowledged.push(text);
        else await pause(20);
      }
    });
    await eventually(() => acknowledged.length > 30);
    await endProcessesOf(platform.state());
    writing = false;
    await Promise.all(writers);
    expect(processesOf(platform.state())).toEqual([]);
    await platform.up();
    const { body } = await platform.ask("/notes");
    const kept = new Set(body.trim().split("\n"));
    expect(acknowledged.filter((text) => !kept.has(text))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(30);
  });
});

test("kill -9 of the controller at many moments of up: the next one finishes it, and nothing runs twice", async () => {
  const platform = makePlatform(parts);
  for (const [round, afterMs] of [150, 300, 500, 700, 1000, 1400, 2000].entries()) {
    const changed = { ...parts.services.api, replicas: 1 + (round % 3), environment: { ...parts.services.api.environment, ROUND: String(round) } };
    platform.define({ ...parts, services: { api: changed } });
    const up = platform.start("up", "--detach");
    const lock = join(platform.state(), "controller.lock");
    await eventually(() => existsSync(lock));
    await pause(afterMs);
    const { pid } = JSON.parse(readFileSync(lock, "utf8")) as { pid: number };
    if (processesOf(platform.top).some((one) => one.pid === pid)) kill(pid);
    const told = await up.ended();
    if (told.code !== 0) expect(told.err).toMatch(/the controller does not answer|the controller of \S+ was ended by SIGKILL before it answered/);
  }
  await platform.up();
  const report = await platform.status();
  expect(report.parts.filter(({ kind }) => kind === "service")).toHaveLength(1);
  expect((await platform.ask("/variable?name=ROUND")).body).toBe("6");
  const running = processesOf(platform.top).map(({ command }) => command);
  expect(running.filter((command) => /runsv \S*parts\//.test(command))).toHaveLength(report.parts.length);
  expect(running.filter((command) => command === "node server.ts")).toHaveLength(1);
  expect(running.filter((command) => command.includes("mariadbd") && !command.includes("runsv"))).toHaveLength(1);
});

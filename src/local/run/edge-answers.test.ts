import { expect, test } from "vitest";
import { hasLearnt, parseProcesses, parseStat, serverState } from "./edge-answers.ts";

test("rows of show stat are read by the names of their columns", () => {
  const text = [
    "# pxname,svname,scur,stot,dreq,hrsp_5xx,status,addr,req_tot,new_in_some_version,",
    "api,api.1,2,40,,1,UP 1/2,127.0.0.1:4001,,x,",
    "api,BACKEND,2,41,3,2,UP,,44,x,",
  ].join("\n");
  expect(parseStat(text)).toEqual([
    { backend: "api", server: "api.1", port: 4001, status: "UP 1/2", sessions: 2, requests: 40, failed: 1, refused: 0 },
    { backend: "api", server: null, port: 0, status: "UP", sessions: 2, requests: 44, failed: 2, refused: 3 },
  ]);
  expect(parseStat("# pxname,svname,\n")).toEqual([]);
});

test.each([
  ["UP", "up"], ["UP 1/2", "up"], ["no check", "up"], ["DOWN", "down"], ["DOWN 1/2", "down"],
  ["DRAIN", "drain"], ["NOLB", "drain"], ["MAINT", "maintenance"], ["MAINT (via api/api.1)", "maintenance"],
])("the status %s is %s", (status, state) => {
  expect(serverState(status)).toBe(state);
});

const MASTER = "#<PID>          <type>          <reloads>       <uptime>        <version>      \n";

test.each([
  [`${MASTER}100             master          0 [failed: 0]   0d00h00m00s     2.6.12\n# workers\n101             worker          0               0d00h00m00s     2.6.12\n# programs`, 101, 0],
  [`${MASTER}100             master          2 [failed: 1]   0d00h00m10s     2.6.12\n# workers\n101             worker          1               0d00h00m10s     2.6.12\n# old workers\n99              worker          2 `, 101, 1],
  [`${MASTER}100             master          1 [failed: 0]   0d00h00m01s     3.0.11\n# workers\n# old workers\n99              worker          2 `, null, 0],
])("the master's report %# names its worker and its failures", (text, worker, failedReloads) => {
  expect(parseProcesses(text)).toEqual({ worker, failedReloads });
});

const peers = (state: string): string => `0x56433ceacec0: [22/Nov/2026:20:51:43] id=reload disabled=0 ${state} task_calls=4\n  0x1: id=edge(local,inactive) addr=unix:0 last_status=NONE\n        flags=0x0\n`;

test.each([
  ["has just started", peers("flags=0x0 resync_timeout=3s"), false],
  ["waits for others than the one before", peers("flags=0x11 resync_timeout=1s"), false],
  ["found nobody", peers("flags=0x33 resync_timeout=<PAST>"), true],
  ["learnt from the one before", peers("flags=0x1103 resync_timeout=3s"), true],
  ["counts nothing", "", true],
])("a worker that %s", (_, text, learnt) => {
  expect(hasLearnt(text)).toBe(learnt);
});

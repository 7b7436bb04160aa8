import type { Counted, Outcome } from "./fault.ts";

const HEADINGS = ["What breaks", "Failed GET", "Failed POST", "Lost writes", "Lost messages", "Failing for", "All ready after"] as const;

const of = ({ failed, sent }: Counted): string => `${failed} of ${sent}`;
const seconds = (value: number | null): string => (value === null ? "-" : `${value.toFixed(1)} s`);

const rowOf = (outcome: Outcome): readonly string[] => [
  outcome.what, of(outcome.reads), of(outcome.writes), String(outcome.lostWrites), String(outcome.lostMessages), seconds(outcome.secondsOfFailures), seconds(outcome.secondsToReady),
];

/** The table for a terminal. */
export function tableText(outcomes: readonly Outcome[]): string {
  const rows = [HEADINGS, ...outcomes.map(rowOf)];
  const widths = HEADINGS.map((_heading, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()}\n`).join("");
}

/** How requests failed: `GET 503 (216), POST 503 (87)`. */
export const failuresText = ({ how }: Outcome): string => how.map(([what, times]) => `${what} (${times})`).join(", ");

/** Faults that need another platform than the reference, and what judges them. */
const ELSEWHERE: readonly (readonly [what: string, outcome: string, judge: string])[] = [
  ["one of three replicas killed, under load", "no GET fails; a POST that it was answering is answered with 502 and is not repeated", "faults.test.ts"],
  ["a replica hangs", "no GET fails; it is ended after three looks, a second apart, and each further one of its service within five minutes after twice as many", "faults.test.ts, patience.test.ts"],
  ["a replica leaks memory", "ended at `size.memory`; the log says why; no request of others fails", "faults.test.ts"],
  ["a replica leaks open files", "it accepts nobody, so it is ended as one that hangs; others serve", "faults-leaks.test.ts"],
  ["a crash loop", "waits 0, 1, 2, 4 ... 30 s: 200 restarts take more than an hour and a half; logs stay below 6.5 MB", "faults.test.ts, supervisor-scripts.test.ts"],
  ["the clock is set back five hours, then on ten", "who hangs is replaced, who runs is known; schedules follow the new time, and tell what they missed", "faults-clock.test.ts"],
  ["kill -9 of the controller, of supervisors, of a log's writer, of HAProxy's worker", "it serves on; what is gone comes back, once", "platform-killed.test.ts"],
  ["kill -9 of the controller at many moments of `up`", "the next command finishes it", "platform-killed.test.ts"],
  ["Ctrl-C or `down` during `up`", "it is taken down whole", "platform-foreground.test.ts"],
  ["a deploy that is interrupted, or whose controller is killed", "the release of before serves on", "deploy-interrupted.test.ts"],
  ["a snapshot or a restore that is killed or taken down", "nothing of it is left, or it is finished", "snapshot.test.ts"],
  ["the state directory is deleted, or the state file damaged", "nothing runs on; it is said by name", "platform-deleted.test.ts, platform-beside.test.ts"],
  ["a full disk for messages", "publishers hear it, and nothing that was taken is gone", "messaging-kept.test.ts"],
];

/** All of it as a page. */
export function page(outcomes: readonly Outcome[], machine: readonly string[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  const table = (headings: readonly string[], rows: readonly (readonly string[])[]): string => [headings, headings.map(() => "---"), ...rows].map(row).join("");
  const failed = outcomes.filter(({ how }) => how.length > 0).map((outcome) => [outcome.what, failuresText(outcome), outcome.last.join(", ") || "-"]);
  return `# What happens when something breaks

Written by \`./dailyge faults\`. It breaks the reference platform while people use it: at a steady rate, one signed-in person
creates tasks (20 a second) and others ask who they are (50 a second), each request once, without a retry of their own, and
one without an answer in 30 seconds has failed. Then every acknowledged task is looked for, and the activity that its event
leaves with the worker: api → MySQL → topic → queue → event-worker → MongoDB.

${table(HEADINGS, outcomes.map(rowOf))}
- **Lost writes**: tasks that were acknowledged and are missing, or there twice.
- **Lost messages**: tasks that are there, and whose event did not arrive within a minute and a half.
- **Failing for**: from the fault to the last moment at which a request was sent that failed.
- **All ready after**: from the fault until \`status\` says that every part is ready and goes on saying so; asking takes it a part
  of a second, on a busy machine some. A fault that lasts five seconds has its five seconds in both.

That a loss would be seen is a test of its own: \`test/live/faults-reference.test.ts\` deletes two tasks and an activity by hand.

## How requests failed

${table(["What breaks", "Answers, with how many", "Ready last"], failed)}
- **Redis** holds the sessions: who is asked for while it is away cannot be known, and the API answers 503 after two seconds.
- **MySQL**: a statement without an answer is given up after five seconds, with its connection; the API says that it is not
  healthy and gets no requests until it is. That is why failing ends some seconds after a frozen server goes on.
- **MongoDB and the topic** are no part of a request that creates a task: the event waits in MySQL until the topic takes it,
  and in the queue until it is written down. They make nothing fail, only later.
- **The edge** is one process here, where a load balancer is several: connections are refused until it listens again.
- **down** is asked for: requests wait for nobody.
- **The disk**: a write that MySQL has no room for is answered with an error and is not there. What is read goes on being
  answered, and writing goes on by itself once there is room.
- A POST that a killed process was answering is not repeated by the edge, which cannot know whether it was done; the API's
  idempotency keys are for that. A GET is asked again of another replica.

## Judged elsewhere

Each by a test in \`test/live\` or beside its code.

${table(["What breaks", "What happens", "Test"], ELSEWHERE)}
## What is not kept apart

- A user of MySQL gets 100 of 150 connections at most: one service that leaks them leaves some to the others, two do not. Redis 7 has
  no such limit, and the server in place of MongoDB is given none: there one service can take what others need.
- The clock is set for our own program; the servers were not run under a wrong clock.

${machine.map((fact) => `- ${fact}\n`).join("")}`;
}

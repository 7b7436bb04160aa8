import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Finding, Measurement } from "../figure.ts";
import { untilAnswers } from "../http.ts";
import type { Platform } from "../platform.ts";
import { commandOf, type Command } from "../processes.ts";
import { HEALTH, reference } from "../reference.ts";
import { difference, each, median, medianOfPairs, seconds } from "../statistics.ts";
import type { Workbench } from "../workbench.ts";

const REPETITIONS = 5;
const GOAL_SECONDS = 0.3;
const START_WITHIN_MS = 30_000;

export const up: Measurement = {
  name: "up",
  method:
    "The reference platform is down; its parts are cached, its release is built and migrated, its data is there. Measured is `./dailyge up --detach` from its start to its end: " +
    "edge, site, database and both replicas of the API are ready. The baseline is the bare critical path on the same data and release, with the same configuration and environment: " +
    "start the database, wait for its greeting, start both replicas at once, wait until both have answered 200 once. " +
    "Neither side builds or migrates: a release that has been migrated is not migrated again.",
  measure,
};

async function measure(bench: Workbench): Promise<Finding> {
  const platform = await reference(bench);
  const ours: number[] = [];
  const byHand: number[] = [];
  const commands = await criticalPath(platform, bench.directory);
  await platform.down();
  for (let turn = 0; turn < REPETITIONS; turn += 1) {
    byHand.push(await byHandOnce(bench, commands));
    const began = performance.now();
    await platform.up();
    ours.push((performance.now() - began) / 1000);
    if (turn < REPETITIONS - 1) await platform.down();
  }
  const more = medianOfPairs(ours, byHand, (one, other) => one - other);
  return {
    figures: [
      {
        what: "`up`, warm, to ready",
        measured: seconds(median(ours)),
        baseline: `${seconds(median(byHand))} by hand`,
        compared: difference(more),
        goal: difference(GOAL_SECONDS),
        met: more <= GOAL_SECONDS,
      },
    ],
    notes: [`up: ${each(ours)} s; by hand: ${each(byHand)} s`],
  };
}

interface CriticalPath {
  readonly database: Command;
  readonly port: number;
  readonly replicas: readonly Command[];
}

/** What runs, to be started by hand afterwards. The database stays on its port, so the services find it. */
async function criticalPath(platform: Platform, sockets: string): Promise<CriticalPath> {
  const database = commandOf(await platform.process("mysql"));
  const replicas = (await platform.replicas("api")).flatMap(({ pid }) => (pid === null ? [] : [commandOf(pid)]));
  const asRoot = process.getuid?.() === 0 ? ["--user=root"] : [];
  return { database: { ...database, words: [...database.words, `--socket=${sockets}/sql.sock`, ...asRoot] }, port: Number(replicas[0]?.environment["MYSQL_PORT"]), replicas };
}

async function byHandOnce(bench: Workbench, { database, port, replicas }: CriticalPath): Promise<number> {
  const began = performance.now();
  const server = bench.start(database, { output: "none" });
  for (const end = began + START_WITHIN_MS; !(await greets(port)); await pause(5)) {
    if (performance.now() > end) throw new Error("the database by hand did not start");
  }
  const services = replicas.map((replica) => bench.start(replica, { output: "none" }));
  await Promise.all(replicas.map(({ environment }) => untilAnswers(Number(environment["PORT"]), HEALTH)));
  const took = (performance.now() - began) / 1000;
  await Promise.all(services.map((service) => service.stop()));
  await server.stop();
  return took;
}

/** A server that takes connections speaks first. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("data", () => {
      resolve(true);
      socket.destroy();
    });
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
    socket.setTimeout(1000, () => socket.destroy());
  });
}

import { setTimeout as pause } from "node:timers/promises";
import type { Finding, Measurement } from "../figure.ts";
import { startHandEdge, type HandEdge } from "../hand-edge.ts";
import { startReplica, type HandReplica } from "../hand-service.ts";
import { untilAnswers } from "../http.ts";
import { startLoad, together, type LoadReport } from "../load.ts";
import { commandOf, withCommand, type Command } from "../processes.ts";
import { HEALTH } from "../reference.ts";
import { each, median, medianOfPairs, seconds, times } from "../statistics.ts";
import { three } from "../three-platform.ts";
import type { Workbench } from "../workbench.ts";

const REPETITIONS = 4;
const WATCH_SECONDS = 2;
const ANSWERS = 3;
const GOAL = 1.3;

export const deploy: Measurement = {
  name: "deploy",
  method:
    "Three replicas of the reference API with its database, 100 GETs and 40 POSTs a second by somebody who is signed in, each POST a new row. `./dailyge deploy api` goes back and forth between two releases " +
    "that are built and migrated; measured is the command from its start to its end, and failed is every request without the expected answer. " +
    `The baseline does the same by hand under the same load, over HAProxy's runtime API, with the same program and environment: three times, start the new process, wait for ${ANSWERS} answers of 200 ` +
    `30 ms apart, add the server, drain the old one, stop it, delete it. Both then watch the new release for ${WATCH_SECONDS} s, which is in both times.`,
  measure,
};

async function measure(bench: Workbench): Promise<Finding> {
  const target = await three(bench);
  const hand = await HandPlatform.start(bench);
  const ours: number[] = [];
  const theirs: number[] = [];
  const reports: LoadReport[] = [];
  const handReports: LoadReport[] = [];
  for (let turn = 0; turn < REPETITIONS; turn += 1) {
    theirs.push(await underLoad(bench, { port: hand.edge.port, streams: target.streams }, handReports, () => hand.deploy()));
    ours.push(await underLoad(bench, { port: target.port, streams: target.streams }, reports, () => target.deploy()));
  }
  await hand.stop();
  const all = together(reports);
  const failures = Object.entries(all).flatMap(([method, report]) => report.failures.map((failure) => `${method} ${failure}`));
  const ratio = medianOfPairs(ours, theirs, (one, other) => one / other);
  const handFailures = Object.values(together(handReports)).flatMap((report) => report.failures);
  return {
    figures: [
      {
        what: "rolling deploy of 3 under GETs and POSTs",
        measured: `${failures.length} failed of ${Object.values(all).reduce((sum, { answered }) => sum + answered, failures.length)}`,
        baseline: "",
        compared: "",
        goal: "0 failed",
        met: failures.length === 0,
      },
      {
        what: "its duration",
        measured: seconds(median(ours)),
        baseline: `${seconds(median(theirs))} by hand`,
        compared: times(ratio),
        goal: `≤ ${times(GOAL)}`,
        met: ratio <= GOAL,
      },
    ],
    notes: [
      `deploy: ${each(ours)} s; by hand: ${each(theirs)} s; in each, ${WATCH_SECONDS} s are the watch`,
      `without the watch: ${times(medianOfPairs(ours, theirs, (one, other) => (one - WATCH_SECONDS) / (other - WATCH_SECONDS)))}`,
      `slowest answer while deploying: ${Object.entries(all).map(([method, { slowestMs }]) => `${method} ${Math.round(slowestMs)} ms`).join(", ")}; failed by hand: ${handFailures.length}`,
      ...failures.slice(0, 5).map((failure) => `failed: ${failure}`),
    ],
  };
}

/** The time an act takes while load is on from a second before it to half a second after it. */
async function underLoad(bench: Workbench, load: Parameters<typeof startLoad>[1], reports: LoadReport[], act: () => Promise<void>): Promise<number> {
  const running = startLoad(bench, load);
  await pause(1000);
  const began = performance.now();
  await act();
  const took = (performance.now() - began) / 1000;
  await pause(500);
  reports.push(await running.stop());
  return took;
}

/** Three replicas behind a HAProxy, all started by hand. */
class HandPlatform {
  readonly edge: HandEdge;
  readonly #bench: Workbench;
  readonly #like: Command;
  #replicas: (HandReplica & { readonly name: string })[];
  #named = 3;

  private constructor(bench: Workbench, like: Command, edge: HandEdge, replicas: readonly (HandReplica & { readonly name: string })[]) {
    this.#bench = bench;
    this.#like = like;
    this.edge = edge;
    this.#replicas = [...replicas];
  }

  static async start(bench: Workbench): Promise<HandPlatform> {
    const { platform } = await three(bench);
    const like = commandOf((await platform.replicas("api"))[0]?.pid ?? 0);
    const replicas = [];
    for (const name of ["api1", "api2", "api3"]) replicas.push({ ...(await startReplica(bench, like, 1)), name });
    const svlogd = withCommand(platform.state).find(({ words }) => words[0]?.endsWith("svlogd") === true)?.words[0] ?? "svlogd";
    const edge = await startHandEdge(bench, commandOf(await platform.process("edge")), svlogd, HEALTH, replicas);
    return new HandPlatform(bench, like, edge, replicas);
  }

  async deploy(): Promise<void> {
    for (const old of [...this.#replicas]) {
      const made = await startReplica(this.#bench, this.#like, ANSWERS);
      this.#named += 1;
      const name = `api${this.#named}`;
      await this.edge.tell(`add server api/${name} 127.0.0.1:${made.port} check`);
      await this.edge.tell(`enable health api/${name}`);
      await this.edge.tell(`set server api/${name} state ready`);
      while (!(await this.#column(name, "status")).startsWith("UP")) await pause(10);
      await this.edge.tell(`set server api/${old.name} state drain`);
      while ((await this.#column(old.name, "scur")) !== "0") await pause(10);
      await old.process.stop();
      await this.edge.tell(`set server api/${old.name} state maint`);
      await this.edge.tell(`del server api/${old.name}`);
      this.#replicas = [...this.#replicas.filter((replica) => replica !== old), { ...made, name }];
    }
    for (const end = performance.now() + WATCH_SECONDS * 1000; performance.now() < end; await pause(200)) {
      for (const { port } of this.#replicas) await untilAnswers(port, HEALTH);
    }
  }

  async stop(): Promise<void> {
    await this.edge.process.stop();
    await Promise.all(this.#replicas.map(({ process }) => process.stop()));
  }

  /** What `show stat` says of a server. */
  async #column(server: string, column: string): Promise<string> {
    const [header = "", ...rows] = (await this.edge.tell("show stat api 4 -1")).split("\n");
    const at = (name: string): number => header.replace("# ", "").split(",").indexOf(name);
    return rows.map((row) => row.split(",")).find((cells) => cells[at("svname")] === server)?.[at(column)] ?? "";
  }
}

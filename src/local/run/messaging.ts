import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { linkedToTopics, MESSAGING, renderMessaging, type PlacedMessaging } from "../render/messaging.ts";
import { isMissing } from "./database-engine.ts";
import { askMessaging } from "./messaging-control.ts";
import type { FoundPackage } from "./parts/index.ts";
import { freePort, tryPort } from "./port.ts";
import { observe, waitUntilReady, type Probe } from "./readiness.ts";
import { makePartSockets, partSockets } from "./sockets.ts";
import type { Stage } from "./stage.ts";
import type { Wanted } from "./state.ts";
import { inspectProcess, specHash, startProcess, stopProcess } from "./supervisor.ts";

export const isMessagingWanted = ({ environment }: Wanted): boolean => linkedToTopics(environment).length > 0;

/** What plays SNS and SQS; null where nobody needs it, or nothing here can. */
export const messagingHere = ({ parts }: Stage): FoundPackage | null => (parts.messaging === null || isMissing(parts.messaging) ? null : parts.messaging);

/** Where the controller asks it. */
export const messagingControl = (stage: Stage): string => `${partSockets(stage.place.state, MESSAGING)}/control.sock`;

/**
 * Starts the server of topics and queues, or finds it running as it is to be. It has what the definition says before it
 * listens, whenever and by whomever it is started.
 */
export async function raiseMessaging(stage: Stage, signal?: AbortSignal): Promise<void> {
  const endTurn = await stage.busy.take(MESSAGING);
  await raiseMessagingAlone(stage, signal).finally(endTurn);
}

/** The same for who has its turn already. */
export async function raiseMessagingAlone(stage: Stage, signal?: AbortSignal): Promise<void> {
  const { wanted } = stage.state;
  if (wanted === null || !isMessagingWanted(wanted)) return;
  const here = messagingHere(stage);
  if (here === null) return stage.report({ part: MESSAGING, state: "note", step: `is left out: ${stage.parts.missing[MESSAGING]?.why ?? ""}` });
  await start(stage, wanted, here, signal);
  stage.report({ part: MESSAGING, state: "ready", step: `${here.product} ${here.version} on port ${stage.state.ports[MESSAGING]}` });
}

async function start(stage: Stage, wanted: Wanted, here: FoundPackage, signal?: AbortSignal): Promise<void> {
  const { ground } = stage;
  const { process, files } = renderMessaging(wanted.shared, wanted.environment, place(stage, here));
  const standing = await inspectProcess(ground, MESSAGING);
  const fits = standing.state === "running" && standing.hash === (await specHash(ground, process, files));
  if (!fits) {
    stage.report({ part: MESSAGING, state: "working", step: standing.state === "absent" ? "starting" : "starting anew" });
    await stopProcess(ground, MESSAGING, process.stop.withinSeconds);
    await makePartSockets(stage.ground, MESSAGING);
    await startProcess(ground, process, files);
  }
  await waitUntilReady(ground, probe(stage), fits ? standing.deaths.length : 0, signal);
  if (!fits) await tellRemoved(stage);
}

function place(stage: Stage, { root }: FoundPackage): PlacedMessaging {
  const { place: at, state } = stage;
  return {
    port: state.ports[MESSAGING] ?? 0,
    controlSocket: messagingControl(stage),
    dataDirectory: at.data(MESSAGING),
    workDirectory: at.work(MESSAGING),
    configDirectory: at.config(MESSAGING),
    packages: root,
    program: program(),
  };
}

/** Our sources may be where only we can read: the program runs from a copy. */
function program(): PlacedMessaging["program"] {
  const directory = fileURLToPath(new URL("../../inside/messaging/", import.meta.url));
  const ending = existsSync(`${directory}main.ts`) ? ".ts" : ".js";
  const names = readdirSync(directory).filter((name) => name.endsWith(ending) && !/\.(test|d)\.ts$/.test(name) && name !== `main${ending}`);
  return [`main${ending}`, ...names.toSorted()].map((name) => ({ name, text: readFileSync(directory + name, "utf8") }));
}

const READY_WITHIN_SECONDS = 60;

function probe({ state }: Stage): Probe {
  const port = state.ports[MESSAGING] ?? 0;
  return { name: MESSAGING, endpoint: { port, path: "/health", besides: port }, withinSeconds: READY_WITHIN_SECONDS };
}

async function tellRemoved(stage: Stage): Promise<void> {
  const { removed } = await askMessaging(messagingControl(stage), { ask: "counts" });
  for (const { name, messages } of removed) {
    stage.report({ part: MESSAGING, state: "note", step: `nobody consumes ${name} any more: removed, with ${messages} message${messages === 1 ? "" : "s"} in it` });
  }
}

/** One that somebody took while it was down is given up for another. */
export async function chooseMessagingPort({ state, ground }: Stage, wanted: Wanted): Promise<void> {
  if (!isMessagingWanted(wanted)) return;
  const known = state.ports[MESSAGING];
  const running = (await inspectProcess(ground, MESSAGING)).state === "running";
  if (known !== undefined && (running || (await tryPort(known)) !== null)) return;
  state.ports[MESSAGING] = await freePort(new Set(Object.values(state.ports)));
}

/** Whether it answers in bounded time. */
export const messagingAnswers = async (stage: Stage): Promise<boolean> => (await observe(stage.ground, probe(stage))).kind === "ready";

import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Failed, Traffic, TrafficReport } from "./traffic.ts";

// Sends requests at a steady rate, whether or not the ones before were answered, until it is told to stop.
const LONGEST_MS = 300_000;
const ANSWER_WITHIN_MS = 30_000;
/** So many addresses that no rate limit of the definition is met. */
const ADDRESSES = 200;

const traffic = JSON.parse(process.argv[2] ?? "") as Traffic;
const agents = Array.from({ length: ADDRESSES }, (_, index) => new Agent({ keepAlive: true, localAddress: `127.0.9.${index + 1}` }));
const began = Date.now();
let stopped = false;
let sent = 0;
process.once("SIGTERM", () => (stopped = true));

interface Asked {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The status, or why there is none. */
function ask({ method, path, headers = {}, body = "" }: Asked): Promise<number | string> {
  const { promise, resolve } = Promise.withResolvers<number | string>();
  const agent = agents[sent++ % ADDRESSES];
  const asked = request({
    host: "127.0.0.1", port: traffic.port, method, path, agent, timeout: ANSWER_WITHIN_MS,
    headers: { host: traffic.host, cookie: traffic.cookie, ...(body === "" ? {} : { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }), ...headers },
  }, (response) => {
    response.resume();
    response.on("close", () => resolve(response.complete ? (response.statusCode ?? 0) : "the answer broke off"));
  });
  asked.on("timeout", () => asked.destroy(new Error(`no answer in ${ANSWER_WITHIN_MS / 1000} s`)));
  asked.on("error", ({ message }) => resolve(message));
  asked.end(body);
  return promise;
}

/** Calls at this rate until the end, and waits for what was called. */
async function steadily(perSecond: number, act: (turn: number) => Promise<void>): Promise<number> {
  const acts: Promise<void>[] = [];
  for (let turn = 0; !stopped && Date.now() - began < LONGEST_MS; turn += 1) {
    const due = began + (turn / perSecond) * 1000 - Date.now();
    if (due > 0) await pause(due);
    acts.push(act(turn));
  }
  await Promise.all(acts);
  return acts.length;
}

const failedReads: Failed[] = [];
const failedWrites: Failed[] = [];
const acknowledged: string[] = [];

async function read(): Promise<void> {
  const at = Date.now();
  const how = await ask({ method: "GET", path: "/api/session" });
  if (how !== 200) failedReads.push({ at, how: String(how) });
}

async function write(turn: number): Promise<void> {
  const at = Date.now();
  const title = `task ${turn} of ${began}`;
  const how = await ask({ method: "POST", path: "/api/tasks", headers: { "idempotency-key": `${began}-${turn}` }, body: JSON.stringify({ title, day: traffic.day }) });
  if (how === 201 || how === 200) acknowledged.push(title);
  else failedWrites.push({ at, how: String(how) });
}

const [reads] = await Promise.all([steadily(traffic.readsPerSecond, read), steadily(traffic.writesPerSecond, write)]);
for (const agent of agents) agent.destroy();
process.stdout.write(JSON.stringify({ reads, failedReads, acknowledged, failedWrites } satisfies TrafficReport));

import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../kit/failure.ts";
import { groupMembers, listeningPorts, portHolder } from "./process-table.ts";
import { inspectProcess, type Death, type Ground } from "./supervisor.ts";

/** What is asked of a process before it may serve. */
export interface Probe {
  readonly name: string;
  /** Null: it listens on nothing, and is healthy while it runs. */
  readonly endpoint: {
    readonly port: number;
    readonly path: string;
    /** Where it may listen as well. */
    readonly besides: number;
  } | null;
  readonly withinSeconds: number;
}

/** Answers in a row, and the time between them, that make a process ready. */
const ANSWERS = 3;
const BETWEEN_MS = 30;
/** A process that listens elsewhere for this share of its time, but some seconds, is not going to listen where it should. */
const WRONG_PORT_SHARE = 0.25;
const WRONG_PORT_SECONDS = 4;

/** What was seen last of a process that is not ready. */
export type Observation =
  | { readonly kind: "ready" }
  | { readonly kind: "not started" }
  | { readonly kind: "not listening" }
  | { readonly kind: "port of another" }
  | { readonly kind: "no answer"; readonly why: string }
  | { readonly kind: "status"; readonly status: number; readonly location: string | null };

/**
 * Waits until our very process has answered 200 several times in a row.
 * @throws Failure `start-failed` that tells what it did instead; `port-taken` when somebody else holds its port
 */
export async function waitUntilReady(ground: Ground, probe: Probe, deathsBefore: number, signal?: AbortSignal): Promise<void> {
  const started = performance.now();
  const end = started + probe.withinSeconds * 1000;
  const wrongPortAt = started + Math.max(WRONG_PORT_SECONDS, probe.withinSeconds * WRONG_PORT_SHARE) * 1000;
  let answers = 0;
  let seen: Observation = { kind: "not started" };
  while (performance.now() < end) {
    signal?.throwIfAborted();
    const { deaths } = await inspectProcess(ground, probe.name);
    const death = deaths.slice(deathsBefore).at(-1);
    if (death !== undefined) throw failed(probe, `it ${describeDeath(death)} ${((performance.now() - started) / 1000).toFixed(1)} s after its start${answers > 0 && probe.endpoint !== null ? ", after it had answered 200" : ""}`);
    seen = await observe(ground, probe);
    answers = seen.kind === "ready" ? answers + 1 : 0;
    if (answers === ANSWERS) return;
    if (seen.kind === "port of another") throw new Failure("port-taken", `${probe.name} cannot have port ${probe.endpoint?.port}: another program listens there`);
    if (seen.kind === "not listening" && performance.now() > wrongPortAt && (await listensElsewhere(ground, probe)).length > 0) break;
    await sleep(seen.kind === "ready" ? BETWEEN_MS : 20, undefined, { signal });
  }
  const elsewhere = seen.kind === "not listening" ? await listensElsewhere(ground, probe) : [];
  if (elsewhere.length === 0) throw failed(probe, describe(seen, probe));
  throw failed(probe, `it listens on port ${elsewhere.join(", ")} instead of the one that PORT names (${probe.endpoint?.port})`);
}

/** Ports where it listens instead of where it should; none once it listens there. */
async function listensElsewhere(ground: Ground, { name, endpoint }: Probe): Promise<readonly number[]> {
  const { pid } = await inspectProcess(ground, name);
  const ports = pid === null ? [] : await listeningPorts(await groupMembers(pid));
  return endpoint === null || ports.includes(endpoint.port) ? [] : ports.filter((port) => port !== endpoint.besides);
}

const failed = (probe: Probe, why: string): Failure => new Failure("start-failed", `${probe.name} did not become ready: ${why}`, { hint: `./dailyge logs ${probe.name}` });

export function describeDeath(death: Death): string {
  return death.signal === null ? `ended with exit code ${death.exitCode}` : `was ended by signal ${death.signal}`;
}

/** What was seen, in words that follow a name. */
export function describe(seen: Observation, { endpoint, withinSeconds }: Probe): string {
  switch (seen.kind) {
    case "ready":
      return `it kept answering 200 and then not, for ${withinSeconds} s`;
    case "not started":
      return `it did not start within ${withinSeconds} s`;
    case "not listening":
      return `it runs but listened on no port for ${withinSeconds} s`;
    case "port of another":
      return `another program listens on its port ${endpoint?.port}`;
    case "no answer":
      return `GET ${endpoint?.path} got no answer: ${seen.why}`;
    case "status":
      return `GET ${endpoint?.path} answered ${seen.status}${seen.location === null ? "" : ` to ${seen.location}, a redirect`}, not 200`;
  }
}

/** Looks once: does it run, does it answer 200, and is it really the one that answers? */
export async function observe(ground: Ground, probe: Probe, again = false): Promise<Observation> {
  const { state, pid } = await inspectProcess(ground, probe.name);
  if (state !== "running" || pid === null) return { kind: "not started" };
  if (probe.endpoint === null) return { kind: "ready" };
  const answer = await ask(probe.endpoint.port, probe.endpoint.path);
  if (answer.kind === "not listening") return answer;
  let holder = await portHolder(probe.endpoint.port, [pid]);
  // Seldom: all processes of the machine have to be looked at for it.
  if (holder === "other") holder = await portHolder(probe.endpoint.port, await groupMembers(pid));
  // A process that is just being killed has a port and, for a moment, no descriptors.
  if (holder === "other" && !again) return sleep(100).then(() => observe(ground, probe, true));
  if (holder === "other") return { kind: "port of another" };
  return holder === "nobody" ? { kind: "not listening" } : answer;
}

/** An answer's first line and headers are short; what is longer is none. */
const LONGEST_HEAD = 65_536;

/**
 * One GET on a connection of its own; two seconds without an answer are none. Spoken by hand (RFC 9112), because
 * Node's HTTP client alone would make the controller 15 MB larger.
 */
export function ask(port: number, path: string): Promise<Observation> {
  const { promise, resolve } = Promise.withResolvers<Observation>();
  const socket = connect({ host: "127.0.0.1", port });
  let head = "";
  const noAnswer = (why: string): void => resolve({ kind: "no answer", why });
  socket.setEncoding("latin1");
  socket.once("connect", () => socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: dailyge-health\r\nConnection: close\r\n\r\n`));
  socket.on("data", (text: string) => {
    head += text;
    const end = head.indexOf("\r\n\r\n");
    if (end >= 0) resolve(readHead(head.slice(0, end)));
    else if (head.length > LONGEST_HEAD) noAnswer("its headers have no end");
  });
  const late = setTimeout(() => noAnswer("none within 2 s"), 2000);
  socket.once("error", (error: NodeJS.ErrnoException) => (error.code === "ECONNREFUSED" ? resolve({ kind: "not listening" }) : noAnswer(error.message)));
  socket.once("close", () => noAnswer("it closed the connection"));
  return promise.finally(() => {
    clearTimeout(late);
    socket.destroy();
  });
}

function readHead(head: string): Observation {
  const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(head)?.[1]);
  if (Number.isNaN(status)) return { kind: "no answer", why: "what it says is not HTTP" };
  return status === 200 ? { kind: "ready" } : { kind: "status", status, location: /^location:[ \t]*(.*?)[ \t]*$/im.exec(head)?.[1] ?? null };
}

import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "../../kit/failure.ts";
import { limitsMap, type EdgeLimit } from "../render/edge-limits.ts";
import { releasesMap } from "../render/edge-sites.ts";
import { serverOptions, type Edge, type EdgeHost, type EdgeServer } from "../render/edge.ts";
import { parseStat, serverState, type ServerState } from "./edge-answers.ts";
import { reloadEdge } from "./edge-reload.ts";
import { talk } from "./edge-talk.ts";

/** A running edge, told and asked without a restart. Every method may be repeated, and waits out a restart of HAProxy. */
export interface EdgeClient {
  /** What may take a backend's requests, in no order. */
  servers(backend: string): Promise<readonly RunningServer[]>;
  /** Lets a server that is ready take requests; it does when this resolves. A server of that name and another port is replaced. */
  add(host: EdgeBackend, server: EdgeServer): Promise<void>;
  /** No new requests for a server; true when its last one ended in time, or it is gone. */
  drain(backend: string, name: string, withinSeconds: number): Promise<boolean>;
  /** No new requests for a server at once; those that it still has end as it does. */
  out(backend: string, name: string): Promise<void>;
  /** Forgets a server that is drained or dead; requests that it still has are broken off. */
  remove(backend: string, name: string): Promise<void>;
  /** Makes the servers of each host exactly these. */
  reconcile(hosts: readonly EdgeHost[]): Promise<void>;
  /** How many requests each limit takes, from now on; what has been counted stays. */
  limit(limits: readonly EdgeLimit[]): Promise<void>;
  /** Which release each site serves, from now on: files that are kept of another one are not asked for any more. */
  serve(hosts: readonly EdgeHost[]): Promise<void>;
  /** What the hosts answered since the edge started or was reloaded. */
  counts(): Promise<Readonly<Record<string, RequestCounts>>>;
  /** Takes over the changed files; connections go on. It resolves when requests are answered by the new configuration. */
  reload(): Promise<void>;
}

/** Whose servers they are. */
export type EdgeBackend = Pick<EdgeHost, "backend" | "kind">;

export interface RunningServer {
  readonly name: string;
  readonly port: number;
  readonly state: ServerState;
  /** Requests that it has now. */
  readonly sessions: number;
}

export interface RequestCounts {
  readonly requests: number;
  /** Answered 5xx, by the service or in its place. */
  readonly failed: number;
  /** Refused by `reachableBy` and `paths`. */
  readonly refused: number;
}

/** The edge that listens on these sockets. */
export function edgeClient(sockets: Edge["sockets"]): EdgeClient {
  const admin = new Admin(sockets.admin);
  return {
    servers: (backend) => admin.servers(backend),
    add: (host, server) => add(admin, host, server),
    drain: (backend, name, withinSeconds) => drain(admin, backend, name, withinSeconds),
    out: (backend, name) => admin.change(backend, name, "set server SERVER state maint"),
    remove: (backend, name) => remove(admin, backend, name),
    reconcile: async (hosts) => {
      for (const host of hosts) await reconcileHost(admin, host);
    },
    limit: (limits) => admin.setMap("limits.map", limitsMap(limits)),
    serve: (hosts) => admin.setMap("releases.map", releasesMap(hosts)),
    counts: () => admin.counts(),
    reload: () => reloadEdge(sockets),
  };
}

/** HAProxy's runtime API, its answers read once. https://docs.haproxy.org/2.6/management.html#9.3 */
class Admin {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  /** Sends a command; the answer is a complaint unless it is empty or one of those that say that it worked. */
  async command(text: string): Promise<"done" | "unknown" | "exists" | "busy"> {
    const answer = await talk(this.#socket, text);
    if (answer === "" || /^(New server registered|Server deleted)\.$/.test(answer)) return "done";
    if (/^No such server\b/i.test(answer)) return "unknown";
    if (/^Already exists a server with the same name/i.test(answer)) return "exists";
    if (/still has (connections|streams)|cannot be removed|Only servers in maintenance mode/i.test(answer)) return "busy";
    const [command = ""] = text.split(" 127.0.0.1");
    throw new Failure("start-failed", `the edge refused "${command}": ${answer}`, { hint: "./dailyge up, which brings the edge to the present definition" });
  }

  /** Changes a server, if it is still there. */
  async change(backend: string, name: string, text: string): Promise<void> {
    await this.command(text.replace("SERVER", `${backend}/${name}`));
  }

  /** Changes the values of keys that a map has. */
  async setMap(name: string, text: string): Promise<void> {
    for (const entry of text.split("\n").filter((each) => each !== "")) await this.command(`set map ${name} ${entry}`);
  }

  async servers(backend: string): Promise<readonly RunningServer[]> {
    const answer = await talk(this.#socket, `show stat ${backend} 4 -1`);
    if (!answer.startsWith("# ")) {
      throw new Failure("start-failed", `the edge has no host ${backend}: ${answer}`, { hint: "./dailyge up, which brings the edge to the present definition" });
    }
    return parseStat(answer).flatMap(({ server, port, status, sessions }) =>
      server === null ? [] : [{ name: server, port, state: serverState(status), sessions }],
    );
  }

  async counts(): Promise<Readonly<Record<string, RequestCounts>>> {
    const rows = parseStat(await talk(this.#socket, "show stat -1 2 -1"));
    return Object.fromEntries(rows.map(({ backend, requests, failed, refused }) => [backend, { requests, failed, refused }]));
  }
}

const UP_WITHIN_MS = 5_000;
const GONE_WITHIN_MS = 5_000;
const POLL_MS = 25;

async function add(admin: Admin, { backend, kind }: EdgeBackend, server: EdgeServer): Promise<void> {
  const { name, port } = server;
  const until = Date.now() + UP_WITHIN_MS;
  for (;;) {
    const known = (await admin.servers(backend)).find((other) => other.name === name);
    if (known?.port === port && known.state === "up") return;
    if (Date.now() > until) {
      const why = known === undefined ? "it is not there" : `it is ${known.state}`;
      throw new Failure("start-failed", `${name} takes no requests: ${why}`, { hint: `./dailyge logs ${name}` });
    }
    if (known !== undefined && known.port !== port) await remove(admin, backend, name);
    if (known?.port !== port) await admin.command(`add server ${backend}/${name} 127.0.0.1:${port} ${serverOptions(kind)}`);
    if (known?.state !== "down") {
      await admin.change(backend, name, "enable health SERVER");
      await admin.change(backend, name, "set server SERVER state ready");
    }
    if (known !== undefined) await pause(POLL_MS);
  }
}

async function drain(admin: Admin, backend: string, name: string, withinSeconds: number): Promise<boolean> {
  const until = Date.now() + withinSeconds * 1_000;
  await admin.change(backend, name, "set server SERVER state drain");
  for (;;) {
    const known = (await admin.servers(backend)).find((other) => other.name === name);
    if (known === undefined || known.sessions === 0) return true;
    if (Date.now() > until) return false;
    await pause(POLL_MS);
  }
}

async function remove(admin: Admin, backend: string, name: string): Promise<void> {
  const until = Date.now() + GONE_WITHIN_MS;
  for (;;) {
    await admin.change(backend, name, "set server SERVER state maint");
    await admin.change(backend, name, "shutdown sessions server SERVER");
    if ((await admin.command(`del server ${backend}/${name}`)) !== "busy") return;
    if (Date.now() > until) {
      throw new Failure("start-failed", `cannot take ${name} out of the edge: its connections do not end`, { hint: `./dailyge logs edge` });
    }
    await pause(POLL_MS);
  }
}

async function reconcileHost(admin: Admin, { backend, kind, servers }: EdgeHost): Promise<void> {
  const known = await admin.servers(backend);
  for (const { name, port } of known) {
    if (!servers.some((wanted) => wanted.name === name && wanted.port === port)) await remove(admin, backend, name);
  }
  for (const server of servers) await enlist(admin, { backend, kind }, server);
}

/** Makes a server known and free to take requests; whether it can is for its checks to say. */
async function enlist(admin: Admin, { backend, kind }: EdgeBackend, { name, port }: EdgeServer): Promise<void> {
  await admin.command(`add server ${backend}/${name} 127.0.0.1:${port} ${serverOptions(kind)}`);
  await admin.change(backend, name, "enable health SERVER");
  await admin.change(backend, name, "set server SERVER state ready");
}

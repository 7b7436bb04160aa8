import type { Edge, Graph } from "../../model/graph.ts";
import { readEdge, type WrittenFile } from "./edge.ts";
import { readMessaging } from "./messaging.ts";

/** What this reader needs to see of a process: who it is, and the secrets that it is started with. */
export interface SeenProcess {
  readonly name: string;
  readonly kind: "edge" | "site" | "database" | "messaging" | "service";
  readonly environment: readonly { readonly name: string; readonly value: readonly (string | { readonly secret: string })[] }[];
}

/** What is rendered for this machine, as far as it opens a way. */
export interface LocalOutput {
  readonly edgeFiles: readonly WrittenFile[];
  /** What the server of topics and queues is started with; null where there is none. */
  readonly messagingFile?: string | null;
  readonly processes: readonly SeenProcess[];
}

/**
 * Who can reach whom on this machine, read out of what was rendered: through the edge as its files say, from a service to
 * another when it is told of a door that lets services in, to a database, a topic or a queue when it is started with credentials for it.
 */
export function readLocal({ edgeFiles, messagingFile = null, processes }: LocalOutput): Graph {
  const edge = readEdge(edgeFiles);
  const messaging = readMessaging(messagingFile, processes);
  const parts = new Map(processes.filter(({ kind }) => kind !== "edge" && kind !== "messaging").map(({ name, kind }) => [partOf(name), `${kind}:${partOf(name)}`]));
  for (const { name, description } of edge.backends) if (!parts.has(name) && description !== "limit") parts.set(name, `${description}:${name}`);
  const node = (part: string): string => parts.get(part) ?? part;
  return {
    nodes: [...edge.callers, ...parts.values(), ...messaging.nodes],
    edges: unique([
      ...messaging.edges.map(({ from, to, because }) => ({ from: node(partOf(from)), to, because })),
      ...edge.ways.map(({ from, backend, because }) => ({ from, to: node(backend), because })),
      ...processes.flatMap(({ name, kind, environment }) =>
        kind !== "service" ? [] : edge.serviceWays.flatMap(({ door, backend, because }) => {
          const variable = environment.find(({ value }) => value.some((piece) => typeof piece === "string" && names(piece, door)))?.name;
          return variable === undefined ? [] : [{ from: node(partOf(name)), to: node(backend), because: `${variable} names ${door}, ${because}` }];
        }),
      ),
      ...processes.flatMap(({ name, environment }) =>
        databasesIn(environment).map(({ database, variable }) => ({
          from: node(partOf(name)),
          to: `database:${database}`,
          because: `${variable} holds a password of ${database}`,
        })),
      ),
    ]),
  };
}

/** `api.2` → `api`: the part of which a process is a replica. */
const partOf = (process: string): string => process.replace(/\.\d+$/, "");

/** Whether a text has this address in it, and no longer one. */
const names = (text: string, address: string): boolean => new RegExp(`(?<![\\d.])${address.replaceAll(".", "[.]")}(?!\\d)`).test(text);

function databasesIn(environment: SeenProcess["environment"]): readonly { readonly database: string; readonly variable: string }[] {
  return environment.flatMap(({ name: variable, value }) =>
    value.flatMap((piece) => {
      const database = typeof piece === "string" ? undefined : /^databases\/([^/]+)\//.exec(piece.secret)?.[1];
      return database === undefined ? [] : [{ database, variable }];
    }),
  );
}

function unique(edges: readonly Edge[]): readonly Edge[] {
  return edges.filter((edge, index) => edges.findIndex((other) => other.from === edge.from && other.to === edge.to) === index);
}

import type { Edge, Graph } from "../../model/graph.ts";
import { readEdge, type WrittenFile } from "./edge.ts";

/** What this reader needs to see of a process: who it is, and the secrets that it is started with. */
export interface SeenProcess {
  readonly name: string;
  readonly kind: "edge" | "site" | "database" | "service";
  readonly environment: readonly { readonly name: string; readonly value: readonly (string | { readonly secret: string })[] }[];
}

/**
 * Who can reach whom on this machine, read out of what was rendered: through the edge as its files say, from a service to
 * a database when it is started with credentials for it.
 */
export function readLocal({ edgeFiles, processes }: { readonly edgeFiles: readonly WrittenFile[]; readonly processes: readonly SeenProcess[] }): Graph {
  const edge = readEdge(edgeFiles);
  const parts = new Map(processes.filter(({ kind }) => kind !== "edge").map(({ name, kind }) => [partOf(name), `${kind}:${partOf(name)}`]));
  for (const { name, description } of edge.backends) if (!parts.has(name)) parts.set(name, `${description}:${name}`);
  const node = (part: string): string => parts.get(part) ?? part;
  return {
    nodes: [...edge.callers, ...parts.values()],
    edges: unique([
      ...edge.ways.map(({ from, backend, because }) => ({ from, to: node(backend), because })),
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

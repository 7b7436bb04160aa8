import type { Edge } from "../../model/graph.ts";
import type { SeenProcess } from "./index.ts";

/** What the server of topics and queues is started with, as far as it says who reaches what. */
interface Written {
  readonly topics: readonly { readonly name: string; readonly part: string; readonly queues: readonly string[] }[];
  readonly queues: readonly { readonly name: string; readonly part: string; readonly attributes: Readonly<Record<string, string>> }[];
  readonly callers: readonly { readonly id: string; readonly secretVariable: string; readonly publishes: readonly string[]; readonly receives: readonly string[] }[];
}

export interface ReadMessaging {
  readonly nodes: readonly string[];
  /** From a topic to a queue, and from a process, by its name, to what it may publish to or receive from. */
  readonly edges: readonly Edge[];
}

/** Reads who may publish and receive: who is let in, and which processes are started with the secret that lets them. */
export function readMessaging(configuration: string | null, processes: readonly SeenProcess[]): ReadMessaging {
  if (configuration === null) return { nodes: [], edges: [] };
  const { topics, queues, callers } = JSON.parse(configuration) as Written;
  // Dead letters are their queue's: nobody reaches them by themselves.
  const dead = new Set(queues.flatMap(({ attributes }) => /"deadLetterTargetArn":"[^"]*:([^":]+)"/.exec(attributes["RedrivePolicy"] ?? "")?.[1] ?? []));
  const nodes = new Map([
    ...topics.map(({ name, part }) => [name, `topic:${part}`] as const),
    ...queues.filter(({ name }) => !dead.has(name)).map(({ name, part }) => [name, `queue:${part}`] as const),
  ]);
  const node = (name: string): string => nodes.get(name) ?? `unknown:${name}`;
  return {
    nodes: [...nodes.values()],
    edges: [
      ...topics.flatMap(({ name, queues: subscribed }) => subscribed.map((queue) => ({ from: node(name), to: node(queue), because: "is subscribed" }))),
      ...callers.flatMap((caller) => holders(caller.secretVariable, processes).flatMap((from) => [
        ...caller.publishes.map((topic) => ({ from, to: node(topic), because: `publishes as ${caller.id}` })),
        ...caller.receives.map((queue) => ({ from, to: node(queue), because: `receives as ${caller.id}` })),
      ])),
    ],
  };
}

/** Names of the processes, but for the server's own, that are started with the secret which it compares this variable with. */
function holders(variable: string, processes: readonly SeenProcess[]): readonly string[] {
  const secretsOf = ({ environment }: SeenProcess, wanted: (name: string) => boolean): readonly string[] =>
    environment.filter(({ name }) => wanted(name)).flatMap(({ value }) => value.flatMap((piece) => (typeof piece === "string" ? [] : [piece.secret])));
  const compared = processes.filter(({ kind }) => kind === "messaging").flatMap((server) => secretsOf(server, (name) => name === variable));
  return processes.filter((process) => process.kind !== "messaging" && secretsOf(process, () => true).some((secret) => compared.includes(secret))).map(({ name }) => name);
}

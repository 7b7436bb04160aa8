import { opening, type Caller } from "./edge-rules.ts";
import { parseSections, type Section } from "./haproxy.ts";

/** A file of the edge: what is written and where. */
export interface WrittenFile {
  readonly path: string;
  readonly text: string;
}

/** A way through the edge, as its files say it. */
export interface Way {
  /** `world`, `team:office`, or `service` for all of ours. */
  readonly from: string;
  /** Where it begins: `127.0.0.1:8080`. */
  readonly door: string;
  readonly backend: string;
  readonly because: string;
}

export interface ReadEdge {
  /** `world` and the teams. */
  readonly callers: readonly string[];
  readonly backends: readonly { readonly name: string; readonly description: string }[];
  readonly ways: readonly Way[];
  /** The same for services; of these, each goes where it knows the door. */
  readonly serviceWays: readonly Way[];
}

/** The addresses of this machine's user; all others are the world. */
const OWN_ADDRESSES: ReadonlySet<string> = new Set(["127.0.0.1", "::1"]);

/** Reads who can reach what through the edge out of its files alone. */
export function readEdge(files: readonly WrittenFile[]): ReadEdge {
  const textOf = (name: string): string => files.find(({ path }) => path.split("/").at(-1) === name)?.text ?? "";
  const sections = parseSections(textOf("haproxy.cfg"));
  const doors = sections.filter(({ kind, lines }) => (kind === "frontend" || kind === "listen") && lines.some(([word]) => word === "bind"));
  const backends = sections.filter(({ kind }) => kind === "backend" || kind === "listen");
  const { people, service } = callersOf(files);
  const waysOf = (caller: Caller): readonly Way[] =>
    doors.filter((door) => opening(door, caller, door.name) !== null).flatMap((door) =>
      targetsOf(door, textOf).flatMap(({ backend, host }): readonly Way[] => {
        const section = backends.find(({ name }) => name === backend);
        const because = section === undefined ? null : opening(section, caller, door.name);
        return because === null ? [] : [{ from: caller.node, door: addressOf(door), backend, because: `${host}: ${because}` }];
      }),
    );
  const ways = people.flatMap(waysOf);
  return {
    callers: people.map(({ node }) => node),
    backends: backends.flatMap(({ name, lines }) => lines.filter(([word]) => word === "description").map(([, description = ""]) => ({ name, description }))),
    ways: ways.filter((way, index) => ways.findIndex((other) => other.from === way.from && other.backend === way.backend) === index),
    serviceWays: waysOf(service),
  };
}

const addressOf = ({ lines }: Section): string => lines.find(([word]) => word === "bind")?.[1] ?? "";

/**
 * The world and each team that has a list of addresses, and services, which have one together. All of these are this
 * machine, so what tells them apart is which list a rule asks; the world is in every list that has an address of somebody else.
 */
function callersOf(files: readonly WrittenFile[]): { readonly people: readonly Caller[]; readonly service: Caller } {
  const lists = files.flatMap(({ path, text }) => {
    const name = path.split("/").at(-1) ?? "";
    const team = /^team-(.+)\.list$/.exec(name)?.[1] ?? null;
    return team === null && name !== "services.list" ? [] : [{ team, name, addresses: text.split("\n").filter((address) => address !== "") }];
  });
  const strangers = new Set(lists.filter(({ addresses }) => addresses.some((address) => !OWN_ADDRESSES.has(address))).map(({ name }) => name));
  const callers = lists.map(({ team, name, addresses }) => ({ team, node: `team:${team}`, isIn: (file: string) => (file === name && addresses.length > 0) || strangers.has(file) }));
  const services = callers.find(({ team }) => team === null);
  return {
    people: [{ node: "world", isIn: (file) => strangers.has(file) }, ...callers.filter(({ team }) => team !== null)],
    service: { node: "service", isIn: services?.isIn ?? ((file) => strangers.has(file)) },
  };
}

/** Backends that a frontend sends requests to: by the host in a map, or by name. */
function targetsOf({ name, kind, lines }: Section, textOf: (file: string) => string): readonly { readonly backend: string; readonly host: string }[] {
  const maps = lines.flatMap((words) => [...words.join(" ").matchAll(/,map(?:_str)?\(([^),]+)/g)].map(([, file = ""]) => file));
  const mapped = maps.flatMap((file) => textOf(file).split("\n")).flatMap((row) => {
    const [host, backend] = row.trim().split(/\s+/);
    return host === undefined || backend === undefined || host.startsWith("#") ? [] : [{ backend, host }];
  });
  const named = lines.flatMap(([word, backend = ""]) =>
    (word === "use_backend" || word === "default_backend") && !backend.startsWith("%[") ? [{ backend, host: "every host" }] : [],
  );
  return [...mapped, ...named, ...(kind === "listen" ? [{ backend: name, host: "every host" }] : [])];
}

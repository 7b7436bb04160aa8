import { describe, expect, test } from "vitest";
import { definePlatform, parts } from "../../src/index.ts";
import { resolve } from "../../src/model/resolve/index.ts";
import { RAW_REQUESTS, SERVICES, type RawRequest } from "../requests/raw-requests.ts";
import { directoryOf } from "./rendered.ts";
import { edgeAnswers, listenerAnswers, withoutListenerRefusals, type Understood } from "./requests.ts";

/** A pattern with a blank in it is no path that a load balancer takes, so it cannot be written in a definition. */
const { "/it's $me/*.x": _blank, ...paths } = SERVICES.api.paths;

const resolved = resolve(definePlatform({
  name: "raw",
  domain: "raw.example",
  region: "eu-west-1",
  environments: { live: { branch: "main" } },
  platform: () =>
    parts({
      teams: { office: { addresses: ["203.0.113.0/24", "2001:db8::/32"] } },
      services: {
        api: { directory: "api", start: "node api.js", host: "api", ...SERVICES.api, paths },
        admin: { directory: "admin", start: "node admin.js", host: "admin", ...SERVICES.admin },
      },
    }),
}));
if (!resolved.ok) throw new Error(JSON.stringify(resolved.findings, null, 2));
const directory = directoryOf(resolved.model, "live");
const firewallAlone = withoutListenerRefusals(directory);

type Answers = Readonly<Record<string, string>>;

/** What AWS's rules answer in another way than the edge of one machine, never more openly: what needs no encoding and has one is ambiguous there. */
const STRICTER: Answers = {
  "its letters encoded": "400",
  "all of it encoded": "400",
  "nobody's path, encoded": "400",
  "nobody's path without a pattern, encoded": "400",
};

/** A name with a dot at its end is another name to a load balancer. */
const NO_HOST: Answers = { "a host with a trailing dot": "404" };

/** A name with a dot at its end is a team's host to the web ACL, which stands first. */
const LISTENER: Answers = { ...STRICTER, ...NO_HOST, "a team's host with a trailing dot": "404" };

/** Whether a fragment, which no client sends, is part of the path that a web ACL looks at is not said; the load balancer refuses it. */
const FIREWALL: Answers = { ...STRICTER, ...NO_HOST, "a fragment": "api" };

/** On one machine a browser shares its address with the team; on AWS it is whoever asks who is of a team. */
const LOCAL_ONLY = ["a page elsewhere that asks for a team's path"];

const byProtocol = RAW_REQUESTS.filter(({ decided }) => decided === "by protocol");
const judged = RAW_REQUESTS.filter(({ name, decided }) => decided === "by rules" && !name.includes("strange letters") && !LOCAL_ONLY.includes(name));

const SOURCES = { world: ["192.0.2.7", "2001:db9::7"], team: ["203.0.113.9", "2001:db8::9"] } as const;

/** A host in a target is for the load balancer to take away, before its rules. */
function understood({ bytes, from }: Pick<RawRequest, "bytes" | "from">): readonly Understood[] {
  const text = bytes.replaceAll(/\{(api|admin)\}/gi, "$1.raw.example");
  const [, target = ""] = /^\S+ (.*) HTTP/.exec(text) ?? [];
  const [, host = ""] = /^Host: (.*?)\r?$/im.exec(text) ?? [];
  return SOURCES[from].map((source) => ({ host, target: target.replace(/^http:\/\/[^/]*/, ""), source }));
}

describe.each([
  ["the web ACL and the listener", { ...STRICTER, ...NO_HOST }, (request: Understood) => edgeAnswers(directory, request)],
  ["the listener alone", LISTENER, (request: Understood) => listenerAnswers(directory, request)],
  ["the web ACL alone", FIREWALL, (request: Understood) => edgeAnswers(firewallAlone, request)],
] as const)("%s", (_who, otherwise: Answers, answer) => {
  test.each(judged)("$from: $name", (row) => {
    const [status] = row.answers;
    const expected = otherwise[row.name] ?? row.seen[0]?.split(" ")[0] ?? String(status);
    expect(understood(row).map(answer)).toEqual(Array(2).fill(expected));
  });

  test.each(byProtocol.filter(({ bytes, seen }) => seen.length === 1 && !bytes.includes("smuggled")))("$name, if a load balancer takes it", (row) => {
    expect(understood(row).map(answer)).toEqual(Array(2).fill(row.seen[0]?.split(" ")[0]));
  });

  test.each(byProtocol.filter(({ seen }) => seen.length === 0))("$name, whatever a load balancer makes of it, leads the world to no team", ({ bytes }) => {
    const text = bytes.replaceAll(/\{(api|admin)\}/gi, "$1.raw.example");
    const hosts = new Set(["", ...(text.match(/(?:api|admin)\.raw\.example/g) ?? [])]);
    const targets = new Set(["/", ...(text.match(/\/[^\s/]*/g) ?? [])]);
    const made = [...hosts].flatMap((host) => [...targets].flatMap((target) => SOURCES.world.map((source) => answer({ host, target, source }))));
    expect(made.filter((each) => !["api", "400", "403", "404"].includes(each))).toEqual([]);
  });

  test("a request inside of another is one of its own", () => {
    const smuggled = RAW_REQUESTS.filter(({ bytes }) => bytes.includes("/internal/smuggled"));
    expect(smuggled.length).toBeGreaterThan(0);
    for (const { bytes, from } of smuggled) {
      const inner = bytes.slice(bytes.indexOf("GET /internal/smuggled"));
      expect(understood({ bytes: inner, from }).map(answer)).toEqual(["403", "403"]);
    }
  });
});

test("every difference is one of a request that there is", () => {
  const names = RAW_REQUESTS.map(({ name }) => name);
  expect([...Object.keys({ ...LISTENER, ...FIREWALL }), ...LOCAL_ONLY].filter((name) => !names.includes(name))).toEqual([]);
});

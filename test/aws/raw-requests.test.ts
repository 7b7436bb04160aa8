import { expect, test } from "vitest";
import { definePlatform, parts } from "../../src/index.ts";
import { resolve } from "../../src/model/resolve/index.ts";
import { RAW_REQUESTS, SERVICES } from "../requests/raw-requests.ts";
import { directoryOf } from "./rendered.ts";
import { answers } from "./requests.ts";

/** A pattern with a blank in it is no path that a load balancer takes, so it cannot be written in a definition. */
const { "/it's $me/*.x": _blank, ...paths } = SERVICES.api.paths;

const resolved = resolve(definePlatform({
  name: "raw",
  domain: "raw.example",
  region: "eu-west-1",
  environments: { live: { branch: "main" } },
  platform: () =>
    parts({
      teams: { office: { addresses: ["203.0.113.0/24"] } },
      services: {
        api: { directory: "api", start: "node api.js", host: "api", ...SERVICES.api, paths },
        admin: { directory: "admin", start: "node admin.js", host: "admin", ...SERVICES.admin },
      },
    }),
}));
if (!resolved.ok) throw new Error(JSON.stringify(resolved.findings, null, 2));
const directory = directoryOf(resolved.model, "live");

/** What the load balancer's rules answer in another way than the edge of one machine, never more openly. */
const OTHERWISE: Readonly<Record<string, string>> = {
  // What needs no encoding and has one is ambiguous there.
  "its letters encoded": "400",
  "all of it encoded": "400",
  "nobody's path, encoded": "400",
  "nobody's path without a pattern, encoded": "400",
  // A name with a dot at its end is another name to it.
  "a team's host with a trailing dot": "404",
  "a host with a trailing dot": "404",
};

/** On one machine a browser shares its address with the team; on AWS it is whoever asks who is of a team. */
const LOCAL_ONLY = ["a page elsewhere that asks for a team's path"];

const requests = RAW_REQUESTS.filter(({ name, decided }) => decided === "by rules" && !name.includes("strange letters") && !LOCAL_ONLY.includes(name));

test.each(requests)("$from: $name", ({ name, bytes, from, answers: [status], seen: [seen] }) => {
  const text = bytes.replaceAll(/\{(api|admin)\}/gi, "$1.raw.example");
  const [, target = ""] = /^\S+ (.*) HTTP/.exec(text) ?? [];
  const [, host = ""] = /^Host: (.*)\r$/im.exec(text) ?? [];
  // The host in a target, and a port, are for the load balancer to take away, before its rules.
  const path = target.replace(/^http:\/\/[^/]*/, "").split("?")[0] ?? "";
  const source = from === "team" ? "203.0.113.9" : "192.0.2.7";
  expect(answers(directory, host.replace(/:\d+$/, ""), path, source)).toBe(OTHERWISE[name] ?? seen?.split(" ")[0] ?? String(status));
});

test("every difference is one of a request that there is", () => {
  const names = RAW_REQUESTS.map(({ name }) => name);
  expect([...Object.keys(OTHERWISE), ...LOCAL_ONLY].filter((name) => !names.includes(name))).toEqual([]);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import type { EdgeHost } from "../../src/local/render/edge.ts";
import type { Audience } from "../../src/model/service.ts";
import { RAW_REQUESTS, SERVICES } from "../requests/raw-requests.ts";
import { EdgeStand, raw } from "./edge-fixture.ts";

let stand: EdgeStand;

const hostName = (service: string): string => `${service}.x.localhost`;
const audience = (reachableBy: string): Audience => (reachableBy === "public" ? "public" : reachableBy === "nobody" ? [] : [reachableBy]);

beforeAll(async () => {
  stand = await EdgeStand.make();
  await stand.start(
    await Promise.all(
      Object.entries(SERVICES).map(async ([backend, { reachableBy, paths }]): Promise<EdgeHost> => ({
        backend,
        kind: "service",
        names: [hostName(backend)],
        health: "/health",
        reachableBy: audience(reachableBy),
        paths: Object.entries(paths).map(([pattern, who]) => ({ pattern, reachableBy: audience(who) })),
        origins: [],
        internalPort: null,
        release: null,
        servers: [await stand.serve(backend)],
      })),
    ),
  );
});
afterAll(() => stand.remove());

/** Status of each answer: none of our bodies has such text in it. */
const statuses = (text: string): readonly number[] => [...text.matchAll(/HTTP\/1\.[01] (\d{3})/gi)].map(([, status]) => Number(status));

test.each(RAW_REQUESTS)("$name, from the $from, is answered $answers", async ({ bytes, from, answers, seen }) => {
  const named = bytes.replaceAll(/\{(\w+)\}/g, (_, service: string) => (service === service.toUpperCase() ? hostName(service.toLowerCase()).toUpperCase() : hostName(service)));
  const before = stand.requests().length;
  const { head, body } = await raw(stand.port, named, from === "team" ? "127.0.0.1" : "127.0.0.9");
  expect(statuses(`${head}\r\n\r\n${body}`)).toEqual(answers);
  expect(stand.requests().slice(before).map((line) => line.split(" ")).map((words) => `${words.at(-2)} ${words[0]} ${words.at(-1)}`)).toEqual(seen);
});

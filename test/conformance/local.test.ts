import { describe, expect, test } from "vitest";
import type { Database } from "../../src/model/database.ts";
import { readLocal } from "../../src/local/read/index.ts";
import { calledServices } from "../../src/local/render/address.ts";
import { renderDatabase } from "../../src/local/render/mysql.ts";
import { assignSlots } from "../../src/local/render/edge-limits.ts";
import { renderEdge, type EdgeHost } from "../../src/local/render/edge.ts";
import { linkedToTopics, renderMessaging } from "../../src/local/render/messaging.ts";
import { renderMongodb } from "../../src/local/render/mongodb.ts";
import { renderRedis } from "../../src/local/render/redis.ts";
import { placeOf } from "../../src/local/render/place.ts";
import type { ProcessSpec } from "../../src/local/render/process.ts";
import { workloadsOf } from "../../src/local/render/workload.ts";
import type { Graph } from "../../src/model/graph.ts";
import { expectedGraph } from "../../src/model/links.ts";
import type { Environment, Shared } from "../../src/model/model.ts";
import { EXAMPLES, exampleModel } from "../aws/platforms.ts";

const ways = ({ edges }: Graph): readonly string[] => edges.map(({ from, to }) => `${from} → ${to}`).sort();

/** Of every pair of nodes: those that are linked connect, in what we render as the reader sees it, and no others do. */
describe.each(EXAMPLES)("%s on one machine", (name) => {
  test("connects what is linked and nothing else", async () => {
    const { shared, environments } = await exampleModel(name);
    for (const environment of environments) {
      const found = readLocal(rendered(shared, environment));
      const wanted = expectedGraph(environment);
      expect([...found.nodes].sort()).toEqual([...wanted.nodes].sort());
      expect(ways(found)).toEqual(ways(wanted));
    }
  });
});

/** Everything that would run, with made-up ports and places. */
function rendered(shared: Shared, environment: Environment): Parameters<typeof readLocal>[0] {
  const place = placeOf("/state");
  const databasePorts = Object.fromEntries(environment.databases.map(({ name }, index) => [name, 3_306 + index]));
  const workloads = workloadsOf(shared, environment, { edgePort: 8_080, databasePorts, internalPorts: Object.fromEntries(calledServices(environment).map((name, index) => [name, 5_000 + index])), messagingPort: 6_000 }, place);
  const hosts = workloads.flatMap(({ name: backend, kind, host, health }): readonly EdgeHost[] =>
    host === null ? [] : [{ ...host, backend, kind, health: health ?? "/", servers: [], release: null }],
  );
  const messaging = linkedToTopics(environment).length === 0 ? null : renderMessaging(shared, environment, {
    port: 6_000, controlSocket: "/state/run/control.sock", dataDirectory: place.data("messaging"), workDirectory: place.work("messaging"), configDirectory: place.config("messaging"), packages: "/cache/fauxqs", program: [],
  });
  return {
    edgeFiles: renderEdge({
      listen: { address: "127.0.0.1", port: 8_080 },
      teams: environment.teams.map(({ name }) => name),
      hosts,
      limits: assignSlots({}, environment.protection.rateLimits).limits,
      directory: place.config("edge"),
      sockets: { admin: "/state/run/admin.sock", master: "/state/run/master.sock", peer: "/state/run/peer.sock" },
    }).files,
    messagingFile: messaging?.files.at(-1)?.text ?? null,
    processes: [
      ...(messaging === null ? [] : [messaging.process]),
      ...workloads.map(({ name, process }) => process({ name: `${name}.1`, release: "one", port: 4_000, metricsPort: 4_001 }).process),
      ...environment.databases.map((database) => databaseProcess(shared, database, databasePorts[database.name] ?? 0)),
    ],
  };
}

function databaseProcess({ timezone }: Shared, database: Database, port: number): ProcessSpec {
  const place = placeOf("/state");
  const { name } = database;
  const placed = { port, dataDirectory: place.data(name), workDirectory: place.work(name), configDirectory: place.config(name), socket: "/state/run/socket", firstSocket: "/state/run/first" };
  switch (database.engine) {
    case "mysql":
      return renderDatabase(database, { ...placed, flavour: "mariadb", version: "10.11.19", root: null, timezone, bufferPoolMb: 64 }).process;
    case "redis":
      return renderRedis(database, placed).process;
    case "mongodb":
      return renderMongodb(database, { ...placed, flavour: "secantusdb", version: "0.7.0", program: ["secantusd-py"] }).process;
  }
}

import { expect, test } from "vitest";
import type { MongodbDatabase } from "../../model/database.ts";
import { accessCommands } from "./mongodb-access.ts";
import type { PlacedMongodb } from "./mongodb-placed.ts";
import { renderMongodb } from "./mongodb.ts";

const database: MongodbDatabase = { name: "docs", deployedAs: "docs", engine: "mongodb", version: "8.0", instance: "t4g.small", schema: "docs", storageGb: 20, backupDays: 7, usedBy: ["api"] };
const placed = (flavour: PlacedMongodb["flavour"], program: readonly string[]): PlacedMongodb => ({
  flavour,
  program,
  version: "8.0.4",
  dataDirectory: '/my "state"/data/docs',
  workDirectory: "/my state/scratch/docs",
  configDirectory: "/my state/config/docs",
  firstSocket: "/run/docs/first.sock",
  port: 4000,
});

test("MongoDB's own server is a replica set with users, and is first started without a port", () => {
  const { process, files } = renderMongodb(database, placed("mongod", ["/usr/bin/mongod"]));
  expect(process).toMatchObject({ command: ["/usr/bin/mongod", "--config", "/my state/config/docs/server.conf"], identity: "docs", memoryMb: 2048 });
  const [server, first] = files.map(({ text }) => JSON.parse(text) as unknown);
  expect(server).toMatchObject({
    net: { port: 4000, bindIp: "127.0.0.1", unixDomainSocket: { enabled: false } },
    security: { authorization: "enabled", keyFile: "/my state/config/docs/key" },
    replication: { replSetName: "main" },
    storage: { dbPath: '/my "state"/data/docs' },
  });
  expect(first).toMatchObject({ net: { bindIp: "/run/docs/first.sock" }, security: { authorization: "disabled" } });
});

test("the stand-in asks for passwords, and acknowledges only what is on the disk", () => {
  const { process, files } = renderMongodb(database, placed("secantusdb", ["/c/bin/python", "-I", "-B", "/c/bin/secantusd-py"]));
  expect(process.command).toEqual(["/c/bin/python", "-I", "-B", "/c/bin/secantusd-py", "--config", "/my state/config/docs/server.conf"]);
  expect(files.map(({ text }) => text)).toEqual([
    `[server]
host = "127.0.0.1"
port = 4000
storage_path = "/my \\"state\\"/data/docs"
auth = true

[storage]
cache_size = "256M"
sync_on_commit = true
`,
  ]);
});

test("linked services get their users, known ones their password, and the others are dropped", () => {
  const roles = [{ role: "readWrite", db: "docs" }];
  expect(accessCommands(database, [{ name: "api", password: "a" }, { name: "worker", password: "w" }], ["api", "gone"]).map(({ database: where, command }) => [where, command])).toEqual([
    ["docs", { updateUser: "api", pwd: "a", roles }],
    ["docs", { createUser: "worker", pwd: "w", roles, mechanisms: ["SCRAM-SHA-256"] }],
    ["docs", { dropUser: "gone" }],
  ]);
});

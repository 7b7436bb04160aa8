import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { MongoClient, MongoServerError } from "mongodb";
import { describe, expect, onTestFinished, test } from "vitest";
import type { PartsDefinition } from "../../src/definition/parts.ts";
import { MONGODB_DIFFERENCES, type MongodbOutcome } from "../../src/local/render/mongodb-differences.ts";
import { eventually, part, service, sharePlatform, type Platform } from "./fixture.ts";
import { processesOf } from "./fixture-residue.ts";

/** A database that `api` uses, and `other` where it is linked. */
const parts = (linked: readonly ("api" | "other")[] = ["api", "other"]): PartsDefinition => ({
  services: {
    api: service({ uses: linked.includes("api") ? ["docs"] : [] }),
    other: service({ uses: linked.includes("other") ? ["docs"] : [] }, "other"),
  },
  databases: { docs: { engine: "mongodb" } },
});

async function urlOf(platform: Platform, name: string): Promise<string> {
  const { out } = await platform.run("env", name, "--show", "--json");
  return (JSON.parse(out) as { name: string; value: string }[]).find((variable) => variable.name === "DOCS_URL")?.value ?? "";
}

/** The official driver, as a service uses it: from its variable alone. */
async function clientOf(platform: Platform, name: string, change: (url: string) => string = (url) => url): Promise<MongoClient> {
  const client = new MongoClient(change(await urlOf(platform, name)), { serverSelectionTimeoutMS: 15_000 });
  onTestFinished(() => client.close());
  return client;
}

/** The number with which a server refuses; null where it does not. */
const refused = (asked: Promise<unknown>): Promise<string | number | null | undefined> =>
  asked.then(
    () => null,
    (cause: unknown) => (cause instanceof MongoServerError ? cause.code : Promise.reject(cause)),
  );

const UNAUTHORIZED = 13;
const AUTHENTICATION_FAILED = 18;

const isStandIn = async (platform: Platform): Promise<boolean> => part(await platform.status(), "docs").approximate !== undefined;

describe("a MongoDB on this machine", () => {
  const platform = sharePlatform(parts());

  test("comes up, and says what it only approximates", async () => {
    const told = await platform.up();
    expect(told.err).toMatch(/docs\s+(SecantusDB|MongoDB) \d/);
    const { promises } = await platform.status();
    if (!(await isStandIn(platform))) return expect(told.out).not.toContain("Approximate");
    expect(told.out).toMatch(/Approximate.*\n +docs: SecantusDB \S+ in place of MongoDB 8\.0/);
    expect(promises.find(({ promise }) => promise === "MongoDB")).toMatchObject({ how: expect.stringContaining("approximate"), details: MONGODB_DIFFERENCES.secantusdb.map(({ says }) => says) });
  });

  test("is used with the official driver by each linked service", async () => {
    const client = await clientOf(platform, "api");
    const notes = client.db().collection<{ _id: number; by?: string; tags?: readonly string[] }>("notes");
    await notes.createIndex({ by: 1 }, { unique: true });
    await notes.insertMany([{ _id: 1, by: "a", tags: ["x", "y"] }, { _id: 2, by: "b" }]);
    expect(await refused(notes.insertOne({ _id: 3, by: "a" }))).toBe(11_000);
    expect(await notes.findOneAndUpdate({ tags: "y" }, { $push: { tags: "z" } }, { returnDocument: "after" })).toEqual({ _id: 1, by: "a", tags: ["x", "y", "z"] });
    const session = client.startSession();
    session.startTransaction();
    await notes.deleteMany({}, { session });
    await session.abortTransaction();
    await session.endSession();
    expect(await (await clientOf(platform, "other")).db().collection("notes").countDocuments()).toBe(2);
  });

  test("refuses who does not know a password, and what is not the service's", async () => {
    const find = (client: MongoClient, database?: string) => client.db(database).collection("notes").findOne();
    expect(await refused(find(await clientOf(platform, "api", (url) => url.replace(/\/\/.*@/, "//"))))).toBe(UNAUTHORIZED);
    expect(await refused(find(await clientOf(platform, "api", (url) => url.replace(/:[^:@]*@/, ":guessed@"))))).toBe(AUTHENTICATION_FAILED);
    const api = await clientOf(platform, "api");
    const asked = [find(api, "elsewhere"), api.db("admin").collection("system.users").findOne(), api.db().command({ createUser: "more", pwd: "x", roles: ["root"] }), api.db().command({ grantRolesToUser: "api", roles: ["root"] }), api.db().command({ dropUser: "other" })];
    expect(await Promise.all(asked.map(refused))).toEqual(asked.map(() => UNAUTHORIZED));
  });

  const proved = MONGODB_DIFFERENCES.secantusdb.flatMap(({ says, proof }) => (proof === undefined ? [] : [{ says, proof }]));

  let url = "";
  let standIn = false;
  test.each(proved)("approximate: $says", async ({ proof }) => {
    if (url === "") [url, standIn] = await Promise.all([urlOf(platform, "api"), isStandIn(platform)]);
    const client = new MongoClient(url);
    onTestFinished(() => client.close());
    const before = await client.db().listCollections({}, { nameOnly: true }).toArray();
    let outcome: MongodbOutcome = { gives: true };
    for (const command of proof.commands) outcome = await client.db().command(command).then(outcomeOf, (cause: unknown) => ({ refused: Number((cause as MongoServerError).code) }));
    for (const { name } of await client.db().listCollections({}, { nameOnly: true }).toArray()) if (!before.some((known) => known.name === name)) await client.db().dropCollection(name);
    expect(outcome).toEqual(standIn ? proof.here : proof.mongodb);
  });

  test("loses no acknowledged write when it is killed under load", async () => {
    const written = (await clientOf(platform, "api")).db().collection<{ _id: string }>("written");
    const acknowledged: string[] = [];
    let writing = true;
    const writers = ["a", "b", "c", "d"].map(async (writer) => {
      for (let n = 0; writing; n += 1) await written.insertOne({ _id: `${writer}${n}` }).then(() => acknowledged.push(`${writer}${n}`), () => pause(20));
    });
    for (let kill = 0; kill < 2; kill += 1) {
      const before = acknowledged.length;
      await eventually(() => acknowledged.length > before + 50);
      process.kill(part(await platform.status(), "docs").pid ?? 0, "SIGKILL");
    }
    const last = acknowledged.length;
    await eventually(() => acknowledged.length > last + 20);
    writing = false;
    await Promise.all(writers);
    const kept = new Set((await written.find().toArray()).map(({ _id }) => _id));
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    expect((await platform.until(({ ready }) => ready)).parts.find(({ name }) => name === "docs")?.crashes).toBe(2);
  });

  test("drops the user of a service that is no longer linked, and no other", async () => {
    const [api, other] = [await urlOf(platform, "api"), await urlOf(platform, "other")];
    platform.define(parts(["api"]));
    await platform.up();
    const ask = async (url: string) => {
      const client = new MongoClient(url);
      onTestFinished(() => client.close());
      return refused(client.db().command({ count: "notes" }));
    };
    expect([await ask(api), await ask(other)]).toEqual([null, AUTHENTICATION_FAILED]);
    platform.define(parts());
    await platform.up();
    expect(await ask(await urlOf(platform, "other"))).toBe(null);
  });

  test("keeps its data when its administrator is given another password, which a running one refuses by name", async () => {
    rmSync(join(platform.state(), "secrets/databases/docs/root"));
    expect(await platform.run("up", "--detach")).toMatchObject({ code: 2, err: expect.stringMatching(/cannot enter docs as its administrator[^]*\.\/dailyge down && \.\/dailyge up/) });
    await platform.run("down");
    await platform.up();
    expect((await platform.run("shell", "docs", "--", "db.notes.count_documents({})")).out).toBe("2\n");
  });

  test("is refused by up --exact while it only stands in", async () => {
    if (!(await isStandIn(platform))) return expect(await platform.run("up", "--detach", "--exact")).toMatchObject({ code: 0 });
    const told = await platform.run("up", "--detach", "--exact");
    expect(told).toMatchObject({ code: 2, err: expect.stringMatching(/docs: no mongod 8\.0 or newer is on the PATH[^]*next: install MongoDB 8\.0/) });
    expect((await platform.status()).ready).toBe(true);
  });

  test("leaves no password in a log, a command line or a file that services may read", () => {
    const secrets = join(platform.state(), "secrets/databases/docs");
    const passwords = ["root", "users/api", "users/other"].map((path) => readFileSync(join(secrets, path), "utf8"));
    const files = ["config", "logs"].flatMap((below) => readdirSync(join(platform.state(), below), { recursive: true, withFileTypes: true }));
    const texts = files.filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
    expect(texts.length).toBeGreaterThan(5);
    const lines = processesOf(platform.top).map(({ command }) => command);
    expect(lines.some((line) => line.includes("data/docs") || line.includes("config/docs"))).toBe(true);
    expect([...texts, ...lines].filter((text) => passwords.some((password) => text.includes(password)))).toEqual([]);
    expect(statSync(join(platform.state(), "data/docs")).mode & 0o077).toBe(0);
  });
});

function outcomeOf(answer: Readonly<Record<string, unknown>>): MongodbOutcome {
  const { cursor, values, n } = answer as { cursor?: { firstBatch: [] }; values?: []; n?: number };
  return { gives: cursor?.firstBatch ?? values ?? n ?? true };
}

import { setTimeout as wait } from "node:timers/promises";
import { Failure } from "../../kit/failure.ts";
import type { MongodbDatabase } from "../../model/database.ts";
import type { DatabaseUser } from "../render/database.ts";
import { accessCommands, listUsers } from "../render/mongodb-access.ts";
import { MONGODB_ADMINISTRATOR, REPLICA_SET, type PlacedMongodb } from "../render/mongodb-placed.ts";
import type { LocalDatabase, ReadyWatch } from "./database-engine.ts";
import { describeTrouble } from "./database-trouble.ts";
import { AUTHENTICATION_FAILED, converse, MongodbRefusal, NO_ANSWER, type MongodbConversation } from "./mongodb-client.ts";
import { MONGODB_WORDS } from "./mongodb-trouble.ts";

const POLL_MS = 25;
const COMMAND_MS = 30_000;

type Opened = Pick<LocalDatabase, "waitUntilReady" | "grantAccess" | "ping">;

/** The administrator's view of a database whose process somebody else keeps alive. Nothing is connected in between. */
export function openMongodb(database: MongodbDatabase, placed: PlacedMongodb, password: () => Promise<string>): Opened {
  const ask = async <Result>(withinMs: number, act: (run: MongodbConversation) => Promise<Result>): Promise<Result> =>
    converse({ port: placed.port }, { name: MONGODB_ADMINISTRATOR, password: await password(), source: "admin" }, withinMs, act);
  return {
    waitUntilReady: (watch) => waitUntilReady(database, placed, watch, (withinMs) => ask(withinMs, (run) => serve(run, placed))),
    grantAccess: (users) => ask(COMMAND_MS, (run) => grantAccess(database, users, run)).catch((cause: unknown) => Promise.reject(refusalFailure(database, cause, users))),
    ping: (withinMs) =>
      ask(withinMs, (run) => run("admin", { ping: 1 })).then(
        () => true,
        (cause: unknown) => (cause instanceof MongodbRefusal ? false : Promise.reject(cause)),
      ),
  };
}

async function grantAccess(database: MongodbDatabase, users: readonly DatabaseUser[], run: MongodbConversation): Promise<void> {
  const list = listUsers(database);
  const found = (await run(list.database, list.command))["users"];
  const known = (Array.isArray(found) ? found : []).flatMap((user: unknown) => (typeof user === "object" && user !== null && "user" in user && typeof user.user === "string" ? [user.user] : []));
  for (const { database: where, command } of accessCommands(database, users, known)) await run(where, command);
}

/** Resolves once it takes writes. MongoDB's own server does when it is a replica set, of one member as on AWS, at the present port. */
async function serve(run: MongodbConversation, { flavour, port }: PlacedMongodb): Promise<void> {
  if (flavour === "mongod") await beReplicaSet(run, port);
  const { isWritablePrimary } = await run("admin", { hello: 1 });
  if (isWritablePrimary !== true) throw new MongodbRefusal(NO_ANSWER, "it does not take writes yet");
}

/** https://www.mongodb.com/docs/manual/reference/command/replSetGetConfig/ */
const NOT_INITIATED = 94;

async function beReplicaSet(run: MongodbConversation, port: number): Promise<void> {
  const host = `127.0.0.1:${port}`;
  const config = (version: number) => ({ _id: REPLICA_SET, version, members: [{ _id: 0, host }] });
  try {
    const { config: known } = await run("admin", { replSetGetConfig: 1 });
    if (JSON.stringify(known, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value)).includes(`"${host}"`)) return;
    const version = typeof known === "object" && known !== null && "version" in known ? Number(known.version) : 0;
    await run("admin", { replSetReconfig: config(version + 1), force: true });
  } catch (cause) {
    if (!(cause instanceof MongodbRefusal) || cause.number !== NOT_INITIATED) throw cause;
    await run("admin", { replSetInitiate: config(1) });
  }
}

async function waitUntilReady(database: MongodbDatabase, placed: PlacedMongodb, watch: ReadyWatch, serves: (withinMs: number) => Promise<void>): Promise<void> {
  const troubled = { name: database.name, dataDirectory: placed.dataDirectory, port: placed.port };
  const deadline = performance.now() + watch.withinSeconds * 1000;
  let silent = false;
  for (let turn = 0; performance.now() < deadline; turn += 1) {
    if (watch.signal?.aborted === true) throw new Failure("cancelled", `${database.name} was not waited for any longer: it was called off`);
    const began = performance.now();
    const refused = await serves(Math.min(Math.max(deadline - began, 100), 5_000)).then(() => null, (cause: unknown) => cause);
    if (refused === null) return;
    if (!(refused instanceof MongodbRefusal) || refused.number === AUTHENTICATION_FAILED) throw refusalFailure(database, refused, []);
    silent = refused.number === NO_ANSWER && performance.now() - began > 4_000;
    if (turn % 8 === 7 && !(await watch.isRunning())) throw await describeTrouble(MONGODB_WORDS, troubled, "gone", await watch.logLines());
    await wait(POLL_MS);
  }
  throw await describeTrouble(MONGODB_WORDS, troubled, silent ? "silent" : "starting", await watch.logLines(), watch.withinSeconds);
}

function refusalFailure(database: MongodbDatabase, cause: unknown, users: readonly DatabaseUser[]): unknown {
  if (!(cause instanceof MongodbRefusal)) return cause;
  if (cause.number === AUTHENTICATION_FAILED) {
    return new Failure("permission", `cannot enter ${database.name} as its administrator: it was started with another password`, {
      hint: "give it the one that is kept: ./dailyge down && ./dailyge up",
    });
  }
  const text = users.reduce((shown, { password }) => shown.replaceAll(password, "[redacted]"), cause.message);
  return new Failure("start-failed", `${database.name} refused a command: ${text}`, { hint: `see its log: ./dailyge logs ${database.name}` });
}

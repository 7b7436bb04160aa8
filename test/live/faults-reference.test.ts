import { afterAll, expect, test } from "vitest";
import { reference } from "../../tools/bench/reference.ts";
import { Workbench } from "../../tools/bench/workbench.ts";
import { breakIt, type Fault } from "../../tools/faults/fault.ts";
import { kill, leakedConnections } from "../../tools/faults/faults.ts";
import { CACHE } from "./fixture.ts";

// What `./dailyge faults` does in minutes, with its own code: that nothing is lost, and that it would tell.
process.env["DAILYGE_CACHE"] = CACHE;
const bench = await Workbench.open(() => {});
afterAll(() => bench.close());

/** In a service's own words to its databases, as a person with its password could. */
const byHand = (what: string, service: string, program: string): Fault => ({
  what,
  act: async (platform) => void (await platform.exec(service, "node", "--input-type=module", "--eval", program)),
});

const lose = byHand("two tasks and an activity are deleted", "api", `import { createConnection } from "mysql2/promise";
import { MongoClient } from "mongodb";
const { MYSQL_HOST: host, MYSQL_PORT: port, MYSQL_USER: user, MYSQL_PASSWORD: password, MYSQL_DATABASE: database } = process.env;
const mysql = await createConnection({ host, port: Number(port), user, password, database });
const mongodb = await new MongoClient(process.env.MONGODB_URL).connect();
const activity = mongodb.db(process.env.MONGODB_DATABASE).collection("activity");
const [newest] = await activity.find({ type: "task.created" }).sort({ at: -1 }).limit(1).toArray();
await activity.deleteOne({ _id: newest._id });
await mysql.query("DELETE FROM tasks WHERE title <> ? ORDER BY id DESC LIMIT 2", [newest.title]);
process.exit(0);`);

test("the reference platform loses nothing when its database and its messages are killed at once", async () => {
  const outcome = await breakIt(bench, await reference(bench), kill("mysql", "messaging"));
  expect(outcome).toMatchObject({ lostWrites: 0, lostMessages: 0 });
  expect(outcome.writes.sent - outcome.writes.failed).toBeGreaterThan(40);
});

test("a service that leaks connections to the database is held to its number, and what is lost meanwhile is told", async () => {
  const both: Fault = {
    what: `${leakedConnections.what}, and ${lose.what}`,
    act: async (platform) => {
      await leakedConnections.act(platform);
      await lose.act(platform);
    },
  };
  expect(await breakIt(bench, await reference(bench), both, { messagesSeconds: 3 })).toMatchObject({ lostWrites: 2, lostMessages: 1 });
});

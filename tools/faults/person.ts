import { request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Platform } from "../bench/platform.ts";

/** Somebody who is signed in, with a day on which nothing is planned yet. */
export interface Person {
  readonly cookie: string;
  readonly day: string;
}

interface Answer {
  readonly status: number;
  readonly cookie: string;
  readonly body: string;
}

const ANSWER_WITHIN_MS = 30_000;
let signedUp = 0;

/** A new account, made from an address of its own: signing up is limited for each. */
export async function signUp(port: number, host: string): Promise<Person> {
  signedUp += 1;
  const body = JSON.stringify({ email: `fault-${Date.now()}-${signedUp}@example.com`, password: "only for the faults" });
  const { status, cookie } = await ask({ port, host, method: "POST", path: "/api/users", from: `127.0.10.${signedUp}`, body });
  if (status >= 300 || cookie === "") throw new Error(`signing up was answered with ${status}`);
  return { cookie, day: new Date(Date.UTC(2030, 0, signedUp)).toISOString().slice(0, 10) };
}

/** How many acknowledged tasks are not there exactly once, and of how many that are there the event has not arrived in time. */
export async function readBack(platform: Platform, person: Person, acknowledged: readonly string[], messagesSeconds: number): Promise<{ readonly lostTasks: number; readonly lostEvents: number }> {
  const { host, port } = await platform.address("api");
  const { status, body } = await ask({ port, host, method: "GET", path: `/api/tasks?day=${person.day}`, from: "127.0.10.250", cookie: person.cookie });
  if (status !== 200) throw new Error(`reading the tasks back was answered with ${status}`);
  const { tasks } = JSON.parse(body) as { readonly tasks: readonly { readonly title: string }[] };
  const times = new Map<string, number>();
  for (const { title } of tasks) times.set(title, (times.get(title) ?? 0) + 1);
  const lostTasks = acknowledged.filter((title) => times.get(title) !== 1).length;
  let missing: readonly string[] = [...times.keys()];
  for (const end = Date.now() + messagesSeconds * 1000; missing.length > 0 && Date.now() < end; await pause(1_000)) {
    const arrived = await activities(platform);
    missing = missing.filter((title) => !arrived.has(title));
  }
  return { lostTasks, lostEvents: missing.length };
}

/** Titles of all tasks whose creation the worker has written down, read with its own driver and credentials. */
async function activities(platform: Platform): Promise<ReadonlySet<string>> {
  const program = `import { MongoClient } from "mongodb";
const client = await new MongoClient(process.env.MONGODB_URL).connect();
const found = await client.db(process.env.MONGODB_DATABASE).collection("activity").find({ type: "task.created" }, { projection: { title: 1 } }).toArray();
console.log(JSON.stringify(found.map(({ title }) => title)));
await client.close();`;
  return new Set(JSON.parse(await platform.exec("event-worker", "node", "--input-type=module", "--eval", program)) as readonly string[]);
}

interface Asked {
  readonly port: number;
  readonly host: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly from: string;
  readonly cookie?: string;
  readonly body?: string;
}

function ask({ port, host, method, path, from, cookie = "", body = "" }: Asked): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = { host, cookie, ...(body === "" ? {} : { "content-type": "application/json" }) };
  const asked = request({ host: "127.0.0.1", port, localAddress: from, method, path, headers, agent: false, timeout: ANSWER_WITHIN_MS }, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    response.on("end", () => resolve({ status: response.statusCode ?? 0, cookie: (response.headers["set-cookie"]?.[0] ?? "").split(";")[0] ?? "", body: text }));
  });
  asked.on("timeout", () => asked.destroy(new Error(`no answer in ${ANSWER_WITHIN_MS / 1000} s`)));
  asked.on("error", reject).end(body);
  return promise;
}

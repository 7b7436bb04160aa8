import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { MongoClient, type Collection } from "mongodb";

/** Why tests that need the parts of a platform are skipped. A publisher's key is another's than ours. */
const NEEDED = ["EVENTS_QUEUE_URL", "MONGODB_URL", "MONGODB_DATABASE", "EVENTS_TOPIC_ARN", "PUBLISHER_ACCESS_KEY_ID", "PUBLISHER_SECRET_ACCESS_KEY"];
const missing = NEEDED.filter((name) => process.env[name] === undefined);
const given = (name: string): string => process.env[name] ?? "";

interface Worker {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly metrics: () => Promise<string>;
}

async function startWorker(variables: Record<string, string> = {}): Promise<Worker> {
  const port = await freePort();
  const child = spawn(process.execPath, [fileURLToPath(new URL("../src/worker.ts", import.meta.url))], {
    env: { ...process.env, HOST: "127.0.0.1", METRICS_PORT: String(port), ...variables }, stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += String(chunk)));
  const output = () => text;
  await until(() => text.includes('"started"') || child.exitCode !== null);
  return { child, output, metrics: async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text() };
}

async function stopWorker({ child }: Worker): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  const [code] = await closed;
  return code;
}

async function until(holds: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    assert(performance.now() < end, `not within ${withinMs} ms: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** A way to MongoDB that is not there until it is opened. */
async function closedWire(): Promise<{ readonly url: string; open(): Promise<void>; close(): void }> {
  const [port, far] = [await freePort(), new URL(given("MONGODB_URL"))];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const beyond = connect(Number(far.port || 27_017), far.hostname);
    for (const [socket, other] of [[near, beyond], [beyond, near]] as const) {
      sockets.add(socket);
      socket.pipe(other).on("error", () => socket.destroy());
    }
  });
  const url = new URL(far);
  url.port = String(port);
  url.searchParams.set("directConnection", "true");
  if (url.pathname === "") url.pathname = "/";
  return {
    url: url.href,
    open: async () => void (await once(server.listen(port, "127.0.0.1"), "listening")),
    close: () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

describe("the worker", { skip: missing.length > 0 ? `${missing.join(", ")} not set` : false }, () => {
  const mongodb = new MongoClient(given("MONGODB_URL") || "mongodb://127.0.0.1");
  const sns = new SNSClient({ credentials: { accessKeyId: given("PUBLISHER_ACCESS_KEY_ID"), secretAccessKey: given("PUBLISHER_SECRET_ACCESS_KEY") } });
  let activity: Collection<{ readonly _id: string }>;
  before(() => {
    activity = mongodb.db(given("MONGODB_DATABASE")).collection("activity");
  });
  after(async () => {
    await mongodb.close();
    sns.destroy();
  });

  const publish = (message: string) => sns.send(new PublishCommand({ TopicArn: given("EVENTS_TOPIC_ARN"), Message: message }));
  const event = (id: string, title = "한강 달리기") => JSON.stringify({ id, type: "task.created", person: 7, at: "2026-11-22T20:00:00.000Z", details: { title } });
  const isWritten = async (id: string) => (await activity.countDocuments({ _id: id })) === 1;

  test("an event is written once, however often it is told; what is no event stays for the dead-letter queue and holds up nothing", async () => {
    const worker = await startWorker();
    try {
      const [id, last] = [crypto.randomUUID(), crypto.randomUUID()];
      await publish(event(id));
      await until(() => isWritten(id));
      await publish("hello");
      await publish(event(id, "another title"));
      await publish(event(last));
      await until(() => isWritten(last));
      await until(async () => /^events_refused_total [1-9]/m.test(await worker.metrics()));
      await until(async () => Number(/^events_written_total (\d+)$/m.exec(await worker.metrics())?.[1]) >= 3);
      assert.deepEqual(await activity.findOne({ _id: id }), { _id: id, person: 7, type: "task.created", at: new Date("2026-11-22T20:00:00Z"), title: "한강 달리기" });
      assert.match(worker.output(), /"a message is no event","reason":"it is no JSON","times":1/);
      assert.deepEqual((await activity.indexes()).map(({ name }) => name).toSorted(), ["_id_", "kept", "of_a_person"]);
      const start = performance.now();
      assert.equal(await stopWorker(worker), 0);
      assert(performance.now() - start < 3_000, "also in the middle of waiting for messages");
    } finally {
      await stopWorker(worker);
    }
  });

  test("without MongoDB it takes nothing from the queue; when it is there, all is written", async () => {
    const wire = await closedWire();
    const id = crypto.randomUUID();
    await publish(event(id));
    const worker = await startWorker({ MONGODB_URL: wire.url });
    try {
      await until(() => worker.output().includes('"waiting"'));
      assert.match(await worker.metrics(), /^consumer_up 0$/m);
      assert.doesNotMatch(worker.output(), /"consuming"/);
      assert.equal(await isWritten(id), false);
      await wire.open();
      await until(() => isWritten(id));
      assert.match(await worker.metrics(), /^consumer_up 1$/m);
    } finally {
      await stopWorker(worker);
      wire.close();
    }
  });
});

test("a configuration that lacks something ends it with a reason", async () => {
  const { child, output } = await startWorker({ EVENTS_QUEUE_URL: "", MONGODB_URL: "", MONGODB_DATABASE: "", METRICS_PORT: "many" });
  assert.equal(child.exitCode, 1);
  assert.match(output(), /METRICS_PORT is no port: \\"many\\"; EVENTS_QUEUE_URL is not set; MONGODB_URL is not set; MONGODB_DATABASE is not set/);
});

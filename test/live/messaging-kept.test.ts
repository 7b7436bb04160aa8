import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteMessageCommand } from "@aws-sdk/client-sqs";
import { describe, expect, onTestFinished, test } from "vitest";
import { findFauxqs } from "../../src/local/run/parts/index.ts";
import { asRoot, CACHE, eventually, makePlatform, ownProgram, part, sharePlatform, SOMEBODY } from "./fixture.ts";
import { consumer, counted, drain, eventuallyCounted, events, publisher, variablesOf } from "./messaging-fixture.ts";

describe("messages that nobody has consumed yet", () => {
  const platform = sharePlatform(events({ redeliverAfter: "1 hour" }));

  test("survive kills of what keeps them, each for every consumer", async () => {
    await platform.up();
    const { publish } = await publisher(platform);
    const taken: string[] = [];
    const pid = async (): Promise<number> => part(await platform.status(), "messaging").pid ?? expect.fail("it does not run");
    let done = false;
    const publishing = (async () => {
      for (let number = 0; !done; number += 1) await publish(`message ${number}`).then(() => taken.push(`message ${number}`), () => new Promise((resolve) => setTimeout(resolve, 20)));
    })();
    for (let kills = 0, before = 0; kills < 2; kills += 1) {
      await eventually(() => taken.length >= before + 20);
      process.kill(await pid(), "SIGKILL");
      before = taken.length;
    }
    const before = taken.length;
    await eventually(() => taken.length >= before + 20);
    done = true;
    await publishing;
    for (const service of ["worker", "audit"]) {
      const got = new Set(await drain(await consumer(platform, service)));
      expect(taken.filter((message) => !got.has(message))).toEqual([]);
    }
    expect(part(await platform.status(), "messaging")).toMatchObject({ kind: "messaging", state: "ready", crashes: 2, reachableBy: "api, worker, audit" });
    expect((await platform.run("logs", "controller")).out).toContain("messaging: was ended by signal 9; it is started again");
  });

  test("survive down and up, as received as they were", async () => {
    const { publish } = await publisher(platform);
    await publish("not yet received");
    const before = await counted(platform, "worker");
    expect(before).toMatch(/^worker 1 \d+ 0$/);
    await platform.run("down");
    expect(await platform.run("topic", "list")).toMatchObject({ code: 2, err: expect.stringContaining("the platform is not running") });
    await platform.up();
    expect(await counted(platform, "worker")).toBe(before);
    expect((await (await consumer(platform, "worker")).receive()).map(({ Body }) => Body)).toEqual(["not yet received"]);
  });

  test("are in a snapshot, and are as they were when it is restored", async () => {
    const [{ publish }, worker] = [await publisher(platform), await consumer(platform, "worker")];
    await publish("in the snapshot");
    const before = await counted(platform, "worker");
    expect(await platform.run("snapshot", "waiting")).toMatchObject({ code: 0, err: expect.stringContaining("waiting holds messages, ") });
    await publish("after it");
    expect((await worker.receive()).map(({ Body }) => Body)).toEqual(["in the snapshot", "after it"]);
    expect(await platform.run("restore", "waiting", "--yes")).toMatchObject({ code: 0, err: expect.stringContaining("messages are as in waiting") });
    expect(await counted(platform, "worker")).toBe(before);
    expect((await worker.receive()).map(({ Body }) => Body)).toEqual(["in the snapshot"]);
  });

  test("stay where the definition's times change, and go with their consumer, which is told", async () => {
    const [{ publish }, worker] = [await publisher(platform), await consumer(platform, "worker")];
    await publish("through changes");
    platform.define(events({ redeliverAfter: "1 second", deadLetterAfter: 1 }));
    await platform.up();
    const [first] = await worker.receive();
    expect(first?.Body).toBe("through changes");
    // Every message that was received before is due by the old time, this one by the new.
    await eventually(async () => (await worker.receive()).length === 0 && (await counted(platform, "worker")).endsWith(" 1"));

    platform.define(events({}, { consumers: ["worker"] }));
    const told = await platform.up();
    expect(told.err).toMatch(/nobody consumes probe-dev-events-audit any more: removed, with \d+ messages in it/);
    expect(part(await platform.status(), "events").queues?.map((queue) => queue.consumer)).toEqual(["worker"]);
    expect(Object.keys(await variablesOf(platform, "audit")).filter((name) => name.startsWith("AWS_"))).toEqual([]);

    const before = await variablesOf(platform, "api");
    const { publish: still } = await publisher(platform);
    platform.define(events({}, { publishes: false, consumers: ["worker"] }));
    await platform.up();
    expect(before["AWS_ACCESS_KEY_ID"]).toBe("api");
    await expect(still("after the link")).rejects.toMatchObject({ name: "InvalidClientTokenId" });
  });

  test("are out of the way where the definition has no topics any more", async () => {
    platform.define({ services: { other: { directory: "services/still", start: "sleep 1000", size: { memory: "64 MB" } } } });
    await platform.up();
    expect((await platform.status()).parts.map(({ kind }) => kind)).toEqual(["edge", "service"]);
  });
});

test.runIf(asRoot)("an ordinary user's topics work as well, on the Node of the commands", async () => {
  const platform = makePlatform(events(), { user: SOMEBODY, program: ownProgram() });
  await platform.up();
  const [{ publish }, worker] = [await publisher(platform), await consumer(platform, "worker")];
  await publish("by somebody");
  expect((await worker.receive(10)).map(({ Body }) => Body)).toEqual(["by somebody"]);
});

test("where nothing can play SNS and SQS, who needs them waits for it, and comes up once it is there", async () => {
  await findFauxqs({ cache: CACHE, path: process.env["PATH"] ?? "", progress: () => {} });
  const cache = mkdtempSync(join(tmpdir(), "dailyge-live-cache-"));
  onTestFinished(() => rmSync(cache, { recursive: true, force: true }));
  chmodSync(cache, 0o755);
  mkdirSync(join(cache, "parts"));
  const lend = (isLent: (name: string) => boolean): void => {
    for (const tree of readdirSync(join(CACHE, "parts")).filter((name) => !name.startsWith("lock") && isLent(name))) symlinkSync(join(CACHE, "parts", tree), join(cache, "parts", tree));
  };
  lend((name) => !name.startsWith("fauxqs"));
  const platform = makePlatform(events(), { cache });
  // Nobody listens there.
  const offline = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0", npm_config_cache: join(platform.home, "npm") };
  const told = await platform.startWith({ environment: offline }, "up", "--detach").ended();
  expect(told.err).toMatch(/messaging: is left out: fauxqs is missing: cannot install it from npm: .*ECONNREFUSED/);
  const report = await platform.status();
  expect(report.ready).toBe(false);
  expect(part(report, "events")).toMatchObject({ state: "waiting", waitingFor: [{ part: "messaging", help: "npm ping (the network), then: ./dailyge up" }] });
  expect(part(report, "worker")).toMatchObject({ state: "waiting", waitingFor: [{ part: "messaging" }] });
  expect(report.parts.filter(({ name }) => name.startsWith("other.")).map(({ state }) => state)).toEqual(["ready"]);
  expect(await platform.run("topic", "redrive", "events", "worker")).toMatchObject({ code: 2, err: expect.stringContaining("no topic works: fauxqs is missing") });

  lend((name) => name.startsWith("fauxqs"));
  await platform.up();
  expect((await platform.status()).ready).toBe(true);
  const [{ publish }, worker] = [await publisher(platform), await consumer(platform, "worker")];
  await publish("now");
  const [message] = await worker.receive(10);
  expect(message?.Body).toBe("now");
  await worker.sqs.send(new DeleteMessageCommand({ QueueUrl: worker.url, ReceiptHandle: message?.ReceiptHandle }));
  await eventuallyCounted(platform, "worker 0 0 0");
});

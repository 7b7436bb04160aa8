import { spawnSync } from "node:child_process";
import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { ChangeMessageVisibilityCommand, DeleteMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { CreateTopicCommand, PublishBatchCommand, PublishCommand } from "@aws-sdk/client-sns";
import { describe, expect, test } from "vitest";
import { part, sharePlatform } from "./fixture.ts";
import { clientsOf, consumer, eventuallyCounted, events, publisher, variablesOf } from "./messaging-fixture.ts";

const BYTES = new Uint8Array([0, 1, 254, 255]);

describe("a topic with two consumers", () => {
  const platform = sharePlatform(events());

  test("each gets what is published, as it was published", async () => {
    await platform.up();
    const [{ publish, sns, arn }, worker, audit] = [await publisher(platform), await consumer(platform, "worker"), await consumer(platform, "audit")];
    expect(arn).toBe("arn:aws:sns:ap-northeast-2:000000000000:probe-dev-events");
    await publish('{"title":"할 일 <b>&"}', { kind: { DataType: "String", StringValue: "task.made" }, size: { DataType: "Number", StringValue: "3" }, raw: { DataType: "Binary", BinaryValue: BYTES } });
    await sns.send(new PublishBatchCommand({ TopicArn: arn, PublishBatchRequestEntries: ["one", "two"].map((Message) => ({ Id: Message, Message })) }));
    expect(part(await platform.status(), "events")).toMatchObject({ kind: "topic", state: "ready", reachableBy: "api", queues: [{ consumer: "worker", waiting: 3, inFlight: 0, dead: 0 }, { consumer: "audit", waiting: 3 }] });
    for (const each of [worker, audit]) {
      const messages = await each.receive();
      expect(messages.map(({ Body }) => Body)).toEqual(['{"title":"할 일 <b>&"}', "one", "two"]);
      expect(messages[0]?.MessageAttributes).toEqual({ kind: { DataType: "String", StringValue: "task.made" }, size: { DataType: "Number", StringValue: "3" }, raw: { DataType: "Binary", BinaryValue: BYTES } });
      for (const { ReceiptHandle } of messages) await each.sqs.send(new DeleteMessageCommand({ QueueUrl: each.url, ReceiptHandle }));
    }
    await eventuallyCounted(platform, "worker 0 0 0");
    await eventuallyCounted(platform, "audit 0 0 0");
  });

  test("an SDK needs nothing but the service's variables", async () => {
    const script = `import { SNSClient, PublishCommand } from "@aws-sdk/client-sns";
      console.log((await new SNSClient().send(new PublishCommand({ TopicArn: process.env.EVENTS_TOPIC_ARN, Message: "by itself" }))).MessageId.length);`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: fileURLToPath(new URL("../..", import.meta.url)), env: await variablesOf(platform, "api"), encoding: "utf8" });
    expect(stdout, stderr).toBe("36\n");
    const [audit, worker] = [await consumer(platform, "audit"), await consumer(platform, "worker")];
    for (const each of [audit, worker]) for (const { Body, ReceiptHandle } of await each.receive()) {
      expect(Body).toBe("by itself");
      await each.sqs.send(new DeleteMessageCommand({ QueueUrl: each.url, ReceiptHandle }));
    }
  });

  test("what is not deleted comes again, then goes to the dead letters, and comes back from there", async () => {
    const [{ publish }, worker, audit] = [await publisher(platform), await consumer(platform, "worker"), await consumer(platform, "audit")];
    await publish("poison\u0007", { kind: { DataType: "String", StringValue: "task.broken" } });
    const began = performance.now();
    const [first] = await worker.receive();
    expect(first).toMatchObject({ Body: "poison\u0007", Attributes: { ApproximateReceiveCount: "1" } });
    const [again] = await worker.receive(20);
    expect(performance.now() - began).toBeGreaterThan(1_990);
    expect(again).toMatchObject({ MessageId: first?.MessageId, Attributes: { ApproximateReceiveCount: "2" } });
    await worker.sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: worker.url, ReceiptHandle: again?.ReceiptHandle, VisibilityTimeout: 0 }));
    expect(await worker.receive()).toEqual([]);
    await eventuallyCounted(platform, "worker 0 0 1");
    await eventuallyCounted(platform, "audit 1 0 0");

    expect((await platform.run("status")).out).toMatch(/^events +ready +api +worker: 0 waiting, 1 dead; audit: 1 waiting$/m);
    expect((await platform.run("topic")).out).toMatch(/^events +api +worker +0 +0 +1$/m);
    expect((await platform.run("topic", "dead", "events", "worker")).out).toMatch(/^\S+Z {2}received 3 times {2}\S+\n {2}kind: "task.broken"\n {2}"poison\\u0007"\n$/);
    expect(await platform.run("topic", "redrive", "events")).toMatchObject({ code: 2, err: expect.stringContaining("say whose dead letters\n  next: consumers of events: worker, audit") });
    expect(await platform.run("topic", "redrive", "events", "other")).toMatchObject({ code: 2, err: expect.stringContaining("other does not consume events") });
    expect(await platform.run("topic", "redrive", "evens", "worker")).toMatchObject({ code: 2, err: expect.stringContaining("there is no topic evens in what runs\n  next: it has: events") });
    expect(await platform.run("topic", "redrive", "events", "worker")).toMatchObject({ code: 0, err: "1 dead message of events waits for worker again\n" });
    expect(await platform.run("topic", "dead", "events", "worker")).toMatchObject({ code: 0, out: "", err: "no message of events is dead\n" });

    const [back] = await worker.receive();
    expect(back).toMatchObject({ MessageId: first?.MessageId, Body: "poison\u0007", Attributes: { ApproximateReceiveCount: "1" }, MessageAttributes: { kind: { StringValue: "task.broken" } } });
    await worker.sqs.send(new DeleteMessageCommand({ QueueUrl: worker.url, ReceiptHandle: back?.ReceiptHandle }));
    const [untouched] = await audit.receive();
    await audit.sqs.send(new DeleteMessageCommand({ QueueUrl: audit.url, ReceiptHandle: untouched?.ReceiptHandle }));
    await eventuallyCounted(platform, "worker 0 0 0");
  });

  test("a message is not lost to a consumer that went away while it waited", async () => {
    const [{ publish }, gone, worker, audit] = [await publisher(platform), await consumer(platform, "worker"), await consumer(platform, "worker"), await consumer(platform, "audit")];
    const waiting = gone.receive(20).catch(() => []);
    await eventuallyWaits();
    gone.sqs.destroy();
    await waiting;
    await publish("for who is there");
    const [got] = await worker.receive(1);
    expect(got?.Body).toBe("for who is there");
    for (const [each, ReceiptHandle] of [[worker, got?.ReceiptHandle], [audit, (await audit.receive())[0]?.ReceiptHandle]] as const) {
      await each.sqs.send(new DeleteMessageCommand({ QueueUrl: each.url, ReceiptHandle }));
    }
  });

  test("only links permit, whoever asks and however", async () => {
    const [api, worker, other] = [await variablesOf(platform, "api"), await variablesOf(platform, "worker"), await variablesOf(platform, "other")];
    expect(Object.keys(other).filter((name) => name.startsWith("AWS_"))).toEqual([]);
    const [asApi, asWorker] = [clientsOf(api), clientsOf(worker)];
    const asNobody = clientsOf({ ...worker, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" });
    const asForger = clientsOf({ ...api, AWS_SECRET_ACCESS_KEY: "guessed" });
    const publish = new PublishCommand({ TopicArn: api["EVENTS_TOPIC_ARN"], Message: "no" });
    const send = new SendMessageCommand({ QueueUrl: worker["EVENTS_QUEUE_URL"], MessageBody: "no" });
    const refusals = await Promise.all([
      asWorker.sns.send(publish), asApi.sns.send(new CreateTopicCommand({ Name: "more" })), asForger.sns.send(publish), asNobody.sns.send(publish),
      asApi.sqs.send(send), asWorker.sqs.send(send), asNobody.sqs.send(send),
      asWorker.sqs.send(new DeleteMessageCommand({ QueueUrl: worker["EVENTS_QUEUE_URL"]?.replace(/worker$/, "audit"), ReceiptHandle: "any" })),
    ].map((sent) => sent.then(() => "taken", (cause: Error) => cause.name)));
    expect(refusals).toEqual([
      "AuthorizationErrorException", "AuthorizationErrorException", "SignatureDoesNotMatch", "InvalidClientTokenId",
      "AccessDenied", "AccessDenied", "InvalidClientTokenId",
      "AccessDenied",
    ]);
    await eventuallyCounted(platform, "worker 0 0 0");
  });

  test.each([
    ["a page of another site", { origin: "https://example.org" }, 403],
    ["a link in a browser", { "sec-fetch-site": "none" }, 403],
    ["a name that was made to lead here", { host: "rebound.example.org" }, 403],
    ["nobody", {}, 403],
  ])("%s is refused", async (_, headers, status) => {
    const { AWS_ENDPOINT_URL_SQS = "" } = await variablesOf(platform, "worker");
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    const asked = request(AWS_ENDPOINT_URL_SQS, { method: "POST", headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.ListQueues", ...headers } }, (response) => resolve(response.resume().statusCode));
    asked.on("error", reject).end("{}");
    expect(await promise).toBe(status);
  });
});

/** Long enough for a request to have arrived; shorter only makes the test easier to pass. */
const eventuallyWaits = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300));

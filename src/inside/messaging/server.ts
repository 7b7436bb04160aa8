import type { Counts, MessagingConfiguration, WaitingMessage } from "./contract.ts";
import { loadFauxqs, type Message, type MessageServer, type Persistence, type Queue, type SnsStore, type SqsStore } from "./fauxqs.ts";
import { log } from "./log.ts";

/** The account in ARNs on this machine. */
const ACCOUNT = "000000000000";

/** The URL of a queue, as SDKs want it. */
export const queueUrl = (port: number, queue: string): string => `http://127.0.0.1:${port}/${ACCOUNT}/${queue}`;

/** Opens the server with what it kept, and with exactly the configured queues, topics and subscriptions. */
export async function openServer(configuration: MessagingConfiguration): Promise<MessageServer> {
  const { app, sqs, sns, kept } = await loadFauxqs(configuration);
  correct(kept);
  const removed = settleQueues(configuration, sqs);
  settleTopics(configuration, sns);
  for (const queue of sqs.allQueues()) makeReceivingWhole(queue, kept);
  const queueOf = (name: string): Queue => {
    const queue = sqs.getQueueByName(name);
    if (queue === undefined) throw new Error(`there is no queue ${name}`);
    queue.processTimers();
    return queue;
  };
  return {
    async handle(headers, payload) {
      const { statusCode, headers: answered, body } = await app.inject({ method: "POST", url: "/", headers, payload });
      return { status: statusCode, headers: Object.fromEntries(Object.entries(answered).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))), body };
    },
    giveBack: (name, receipts) => receipts.forEach((receipt) => queueOf(name).changeVisibility(receipt, 0)),
    counts: () => ({ queues: configuration.queues.map(({ name }) => countOf(queueOf(name))), removed }),
    messages: (name, most) => queueOf(name).messages.slice(0, most).map(shown),
    move: (from, to) => move(queueOf(from), queueOf(to)),
    async close() {
      sqs.shutdown();
      await app.close();
      kept.close();
    },
  };
}

/** Its own statement also clears how often the message was received, which the table refuses: the message would be lost until a restart. */
function correct(kept: Persistence): void {
  const statement = kept.db.prepare("UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?");
  kept.updateMessageReady = (id) => void statement.run(id);
}

/** A message that goes to the dead-letter queue is deleted from its own first: a kill in between must leave both or neither. */
function makeReceivingWhole(queue: Queue, kept: Persistence): void {
  const dequeue = queue.dequeue.bind(queue);
  queue.dequeue = (...given) => {
    try {
      kept.db.exec("BEGIN");
      const received = dequeue(...given);
      kept.db.exec("COMMIT");
      return received;
    } catch (cause) {
      // What is in memory is not what is kept any more: the next start reads that.
      log(`cannot keep what is received: ${cause instanceof Error ? cause.message : String(cause)}`);
      process.exit(1);
    }
  };
}

/** What changed is set, what is new is made, what is gone is removed, with its messages. */
function settleQueues({ queues, port, region }: MessagingConfiguration, sqs: SqsStore): Counts["removed"] {
  const removed = [...sqs.allQueues()].flatMap((queue) => {
    if (queues.some(({ name }) => name === queue.name) && queue.arn === arnOf("sqs", region, queue.name)) return [];
    const { waiting, inFlight } = countOf(queue);
    sqs.deleteQueue(queue.url);
    return [{ name: queue.name, messages: waiting + inFlight }];
  });
  for (const { name, attributes } of queues) {
    const url = queueUrl(port, name);
    const known = sqs.getQueueByName(name);
    if (known === undefined) sqs.createQueue(name, url, arnOf("sqs", region, name), attributes);
    else reopen(known, url, attributes, sqs);
  }
  return removed;
}

/** The port may be another one than before. */
function reopen(queue: Queue, url: string, attributes: Readonly<Record<string, string>>, sqs: SqsStore): void {
  sqs.queues.delete(queue.url);
  queue.url = url;
  sqs.queues.set(url, queue);
  if (Object.entries(attributes).some(([name, value]) => queue.attributes[name] !== value)) queue.setAttributes(attributes);
}

function settleTopics({ topics, region }: MessagingConfiguration, sns: SnsStore): void {
  const wanted = new Set(topics.map(({ name }) => arnOf("sns", region, name)));
  for (const { arn } of sns.listTopics().topics) if (!wanted.has(arn)) sns.deleteTopic(arn);
  for (const { name, queues } of topics) {
    const { arn } = sns.createTopic(name, undefined, undefined, region);
    const endpoints = queues.map((queue) => arnOf("sqs", region, queue));
    const subscribed = sns.listSubscriptionsByTopic(arn).subscriptions;
    for (const subscription of subscribed) if (!endpoints.includes(subscription.endpoint)) sns.unsubscribe(subscription.arn);
    for (const endpoint of endpoints) if (!subscribed.some((one) => one.endpoint === endpoint)) sns.subscribe(arn, "sqs", endpoint, { RawMessageDelivery: "true" });
  }
}

const arnOf = (service: "sns" | "sqs", region: string, name: string): string => `arn:aws:${service}:${region}:${ACCOUNT}:${name}`;

const countOf = ({ name, messages, delayedMessages, inflightMessages }: Queue) => ({ name, waiting: messages.length + delayedMessages.length, inFlight: inflightMessages.size });

function shown({ messageId, body, messageAttributes, sentTimestamp, approximateReceiveCount }: Message): WaitingMessage {
  const attributes = Object.fromEntries(Object.entries(messageAttributes).map(([name, { StringValue, BinaryValue }]) => [name, StringValue ?? BinaryValue ?? ""]));
  return { id: messageId, body, attributes, sentAt: new Date(sentTimestamp).toISOString(), receives: approximateReceiveCount };
}

/** One statement a message takes it from one queue to the other: its identity is the key of the table. */
function move(from: Queue, to: Queue): number {
  const moved = [...from.messages];
  for (const message of moved) {
    to.enqueue({ ...message, approximateReceiveCount: 0, approximateFirstReceiveTimestamp: undefined });
    from.messages.shift();
  }
  return moved.length;
}

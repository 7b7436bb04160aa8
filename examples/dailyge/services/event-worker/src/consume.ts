import type { Activities } from "./activities.ts";
import { NoEvent, readEvent, type Event } from "./event.ts";
import { log } from "./log.ts";
import type { Queue, Received } from "./queue.ts";

/** Who is told how it goes. */
export interface Counts {
  /** MongoDB answers, and the queue is asked. */
  asking(): void;
  written(events: number): void;
  refused(messages: number): void;
}

/**
 * Takes what the queue has and writes it down, then deletes it: a death in between costs a repetition, which changes nothing.
 * It asks for messages only while MongoDB answers, so that no absence of MongoDB uses up their deliveries and sends good
 * messages to the dead-letter queue. What is no event is left there to go to it.
 */
export async function consume(queue: Queue, activities: Activities, counts: Counts, stopping: AbortSignal): Promise<void> {
  await activities.ready();
  counts.asking();
  const received = await queue.receive(stopping);
  const read = received.map((message) => ({ message, event: eventOf(message) }));
  const good = read.flatMap(({ message, event }) => (event ? [{ message, event }] : []));
  await activities.write(good.map(({ event }) => event));
  counts.written(good.length);
  counts.refused(read.length - good.length);
  await queue.delete(good.map(({ message }) => message));
}

function eventOf(message: Received): Event | null {
  try {
    return readEvent(message.body);
  } catch (error) {
    if (!(error instanceof NoEvent)) throw error;
    log("a message is no event", { reason: error.message, times: message.times });
    return null;
  }
}

import { linkedToTopics, MESSAGING, MESSAGING_DIFFERENCES } from "../render/messaging.ts";
import { isMessagingWanted, messagingAnswers, messagingHere } from "./messaging.ts";
import type { PartStatus, PromiseStatus, Waiting } from "./status.ts";
import type { Stage } from "./stage.ts";
import { topicStatuses } from "./topics.ts";

/** How the process of topics and queues is, apart from whether it answers. */
export type MessagingLooks = Pick<PartStatus, "pid" | "crashes" | "memoryMb" | "uptimeSeconds"> & { readonly running: boolean };

const COUNTED_WITHIN_MS = 1_000;

/** The process, and a row for each topic with what is in its queues. */
export async function messagingStatuses(stage: Stage, look: (name: string) => Promise<MessagingLooks>): Promise<readonly PartStatus[]> {
  const { wanted, ports } = stage.state;
  if (wanted === null || !isMessagingWanted(wanted)) return [];
  const { running, ...seen } = await look(MESSAGING);
  const missing = stage.parts.missing[MESSAGING];
  const starting = stage.busy.has(MESSAGING);
  const answers = running && !starting && (await messagingAnswers(stage));
  const state = missing !== undefined ? "waiting" : answers ? "ready" : starting ? "starting" : running ? "unhealthy" : seen.crashes > 0 ? "crashing" : "stopped";
  const waiting: { readonly waitingFor?: readonly Waiting[] } = missing === undefined ? {} : { waitingFor: [{ part: MESSAGING, ...missing }] };
  const url = missing === undefined ? `http://127.0.0.1:${ports[MESSAGING] ?? 0}` : null;
  const topics = answers ? await topicStatuses(stage, COUNTED_WITHIN_MS).catch(() => []) : [];
  const linked = linkedToTopics(wanted.environment).map(({ name }) => name);
  return [
    { name: MESSAGING, kind: "messaging", state, ...waiting, release: null, url, reachableBy: linked.join(", "), except: [], ...seen },
    ...wanted.environment.topics.map(
      ({ name, publishedBy }): PartStatus => ({
        name, kind: "topic", state, ...waiting, release: null, url: null, reachableBy: publishedBy.length === 0 ? "nobody" : publishedBy.join(", "), except: [],
        queues: topics.find((topic) => topic.name === name)?.queues ?? [], pid: null, crashes: 0, memoryMb: null, uptimeSeconds: null,
      }),
    ),
  ];
}

/** What one has to know of topics and queues on this machine. */
export function messagingPromises(stage: Stage): readonly PromiseStatus[] {
  const here = messagingHere(stage);
  if (here === null) return [];
  return [
    { promise: "messages", how: "kept on disk before a publisher hears that they were taken: a kill of any part loses none; after one, some may come twice" },
    { promise: "SNS and SQS", how: `${here.product} ${here.version} in place of both; unlike AWS:`, details: MESSAGING_DIFFERENCES },
  ];
}

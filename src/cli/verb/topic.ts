import { Failure } from "../../kit/failure.ts";
import type { WaitingMessage } from "../../local/render/messaging.ts";
import type { QueueNamed, TopicStatus } from "../../local/run/topics.ts";
import type { Invocation } from "../invocation.ts";
import { locateState } from "../locate.ts";
import { ask, reachRunning, requireOwn } from "../reach.ts";
import { table } from "../table.ts";

/** What is in the queues of topics, and what to do about messages that no consumer could handle. */
export async function topic(invocation: Invocation): Promise<number> {
  const [act = "list", name, consumer = null, ...more] = invocation.words;
  if ((act !== "list" && act !== "dead" && act !== "redrive") || more.length > 0) {
    throw new Failure("usage", `topic knows list, dead and redrive, not "${invocation.words.join(" ")}"`, { hint: "./dailyge topic list" });
  }
  if (act !== "list" && name === undefined) throw new Failure("usage", `topic ${act} needs the name of a topic`, { hint: `./dailyge topic ${act} TOPIC [CONSUMER]` });
  const { state, definition } = await locateState(invocation);
  requireOwn(await reachRunning(state), definition, state);
  const queue: QueueNamed = { topic: name ?? "", consumer };
  if (act === "list") {
    show(invocation, await ask(state, { verb: "topics" }).done, (topics) => list(topics.filter((one) => name === undefined || one.name === name)));
  } else if (act === "dead") {
    const dead = await ask(state, { verb: "dead-letters", queue, most: mostOf(invocation) }).done;
    show(invocation, dead, (messages) => messages.map(text).join(""));
    if (dead.length === 0) invocation.tell(`no message of ${name} is dead\n`);
  } else {
    const { consumer: meant, moved } = await ask(state, { verb: "redrive", queue }).done;
    invocation.tell(`${moved} dead message${moved === 1 ? "" : "s"} of ${name} ${moved === 1 ? "waits" : "wait"} for ${meant} again\n`);
  }
  return 0;
}

function show<Answer>({ flags, print }: Invocation, answer: Answer, write: (answer: Answer) => string): void {
  print(flags.has("json") ? `${JSON.stringify(answer, null, 2)}\n` : write(answer));
}

function mostOf({ values }: Invocation): number {
  const written = values["most"] ?? "10";
  if (/^[1-9]\d{0,5}$/.test(written)) return Number(written);
  throw new Failure("usage", `--most ${written} is no number of messages`, { hint: "./dailyge topic dead TOPIC --most 50" });
}

function list(topics: readonly TopicStatus[]): string {
  const rows = topics.flatMap(({ name, publishedBy, queues }) =>
    queues.map(({ consumer, waiting, inFlight, dead }) => [name, publishedBy.join(", ") || "nobody", consumer, String(waiting), String(inFlight), String(dead)]),
  );
  return table(["TOPIC", "PUBLISHED BY", "CONSUMED BY", "WAITING", "IN FLIGHT", "DEAD"], rows);
}

/** What a terminal would take for a command is written as JSON writes it. */
function text({ id, body, attributes, sentAt, receives }: WaitingMessage): string {
  const shown = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(body) ? JSON.stringify(body) : body;
  const named = Object.entries(attributes).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}\n`);
  return `${sentAt}  received ${receives} times  ${id}\n${named.join("")}  ${shown.replaceAll("\n", "\n  ")}\n`;
}

import { connect, type Socket } from "node:net";
import { createInterface, type Interface } from "node:readline";
import { Failure, type FailureCode } from "../../kit/failure.ts";
import type { WaitingMessage } from "../render/messaging.ts";
import type { ShellCommand } from "./database-shell.ts";
import type { StatusReport } from "./status.ts";
import type { QueueNamed, TopicStatus } from "./topics.ts";
import type { MadeSnapshot } from "./snapshot.ts";
import type { Snapshot } from "./snapshot-store.ts";
import type { Progress } from "./stage.ts";
import type { RunEnd, RunRecord, Wanted } from "./state.ts";
import type { Surroundings } from "./surroundings.ts";

/** What the controller can be asked; each line of the socket is one of these as JSON. */
export type Request =
  | { readonly verb: "hello" }
  | { readonly verb: "up"; readonly definition: string; readonly wanted: Wanted; readonly edgePort: number | null; readonly exact?: boolean }
  /** Hurried, as while one works on it: all replicas at once; what is built is released, and cancelling ends only a build. */
  | { readonly verb: "deploy"; readonly name: string; readonly from: string | null; readonly hurried: boolean }
  | { readonly verb: "rollback"; readonly name: string }
  | { readonly verb: "status" }
  | { readonly verb: "snapshot"; readonly name: string }
  | { readonly verb: "restore"; readonly name: string }
  /** Begins a run of a scheduled service. */
  | { readonly verb: "run"; readonly name: string }
  /** Waits for its end; cancelled, it ends the run. */
  | { readonly verb: "runEnd"; readonly name: string; readonly run: RunRecord }
  /** For a command beside what serves of a service; the answer holds secrets. */
  | { readonly verb: "surroundings"; readonly name: string }
  /** For a database's client, as a service or, with null, as our administrator; the answer holds its password. */
  | { readonly verb: "shell"; readonly database: string; readonly as: string | null }
  | { readonly verb: "topics" }
  /** The oldest of the messages that a consumer could not handle. */
  | { readonly verb: "dead-letters"; readonly queue: QueueNamed; readonly most: number }
  | { readonly verb: "redrive"; readonly queue: QueueNamed }
  | { readonly verb: "watch" }
  | { readonly verb: "down"; readonly atOnce: boolean }
  /** Ends the controller; the platform stays. */
  | { readonly verb: "leave" };

/** Sent after a request on its connection: stop, and undo what is half done. */
export interface Cancel {
  readonly verb: "cancel";
}

export interface Answers {
  readonly hello: { readonly pid: number; readonly version: string; readonly definition: string | null };
  readonly up: StatusReport;
  readonly deploy: { readonly release: string; readonly previous: string | null; readonly seconds: number };
  readonly rollback: { readonly release: string; readonly previous: string | null; readonly seconds: number };
  readonly status: StatusReport;
  readonly snapshot: MadeSnapshot;
  readonly restore: { readonly snapshot: Snapshot; readonly seconds: number };
  readonly run: RunRecord;
  readonly runEnd: RunEnd;
  readonly surroundings: Surroundings;
  readonly shell: ShellCommand;
  readonly topics: readonly TopicStatus[];
  readonly "dead-letters": readonly WaitingMessage[];
  readonly redrive: { readonly consumer: string; readonly moved: number };
  readonly watch: null;
  readonly down: null;
  readonly leave: null;
}

export type Reply = { readonly progress: Progress } | { readonly done: unknown } | { readonly failure: WrittenFailure } | { readonly bug: string };

export interface WrittenFailure {
  readonly code: FailureCode;
  readonly message: string;
  readonly hint: string | null;
  readonly details: readonly string[];
}

export const writeFailure = ({ code, message, hint, details }: Failure): WrittenFailure => ({ code, message, hint, details });

const readFailure = ({ code, message, hint, details }: WrittenFailure): Failure => new Failure(code, message, { hint, details });

/** Lines of a socket. It tells the socket's errors to its own listeners as well. */
export const linesOf = (socket: Socket): Interface => createInterface({ input: socket }).on("error", () => {});

/** One connection to a controller, for one request. */
export interface Call<Verb extends Request["verb"]> {
  readonly done: Promise<Answers[Verb]>;
  cancel(): void;
  close(): void;
}

/**
 * Asks a controller. Progress comes as it happens.
 * @throws Failure `controller-unreachable` when nobody answers at the socket, or it goes away in the middle
 */
export function call<Verb extends Request["verb"]>(socketPath: string, request: Extract<Request, { readonly verb: Verb }>, progress: (event: Progress) => void): Call<Verb> {
  const socket: Socket = connect(socketPath);
  const done = new Promise<Answers[Verb]>((resolve, reject) => {
    const gone = (cause?: unknown): void =>
      reject(new Failure("controller-unreachable", "the controller does not answer: it ended or was killed", { hint: "the platform runs on; look: ./dailyge status", cause }));
    socket.once("error", gone);
    socket.once("close", () => gone());
    linesOf(socket).on("line", (line) => {
      const reply = JSON.parse(line) as Reply;
      if ("progress" in reply) progress(reply.progress);
      else if ("done" in reply) resolve(reply.done as Answers[Verb]);
      else if ("failure" in reply) reject(readFailure(reply.failure));
      else reject(new Error(reply.bug));
    });
    socket.write(`${JSON.stringify(request)}\n`);
  });
  const finished = done.finally(() => socket.destroy());
  finished.catch(() => {});
  return { done: finished, cancel: () => void socket.write(`${JSON.stringify({ verb: "cancel" } satisfies Cancel)}\n`), close: () => socket.destroy() };
}

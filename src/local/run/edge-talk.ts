import { createConnection } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "../../kit/failure.ts";

const ANSWER_WITHIN_MS = 5_000;
const RESTARTS_WITHIN_MS = 5_000;

/** What a socket says while HAProxy is being started again: nobody there yet, or nobody there any more. */
const RESTARTING: ReadonlySet<string> = new Set(["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE", "EAGAIN"]);

/**
 * Sends one command to a socket of HAProxy and gives its answer without the blank lines at its end. While HAProxy
 * restarts it is tried again for some seconds, so a command must do no harm when it is repeated.
 * @throws Failure `not-running` when nothing answers
 */
export async function talk(socket: string, command: string): Promise<string> {
  const until = Date.now() + RESTARTS_WITHIN_MS;
  for (;;) {
    try {
      return (await ask(socket, command)).trim();
    } catch (cause) {
      const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
      if (RESTARTING.has(code) && Date.now() < until) {
        await pause(50);
        continue;
      }
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Failure("not-running", `the edge does not answer: ${why}`, { hint: "./dailyge logs edge, then: ./dailyge up", cause });
    }
  }
}

/** One command, one connection, closed by the other side when it has answered. */
function ask(socket: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const connection = createConnection({ path: socket });
    const timer = setTimeout(() => connection.destroy(new Error(`no answer in ${ANSWER_WITHIN_MS / 1_000} seconds`)), ANSWER_WITHIN_MS);
    connection.on("data", (chunk: Buffer) => chunks.push(chunk));
    connection.on("error", reject);
    connection.on("close", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString("utf8"));
    });
    connection.end(`${command}\n`);
  });
}

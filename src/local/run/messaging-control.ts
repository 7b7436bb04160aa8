import { connect } from "node:net";
import { Failure } from "../../kit/failure.ts";
import type { ControlAnswers, ControlRequest } from "../render/messaging.ts";

const ANSWER_MS = 5_000;

/**
 * Asks the server of topics and queues something that no service may.
 * @throws Failure `not-running` when it does not answer in time
 */
export function askMessaging<Request extends ControlRequest>(socketPath: string, request: Request, withinMs = ANSWER_MS): Promise<ControlAnswers[Request["ask"]]> {
  const { promise, resolve, reject } = Promise.withResolvers<ControlAnswers[Request["ask"]]>();
  const silent = (why: string): void => reject(new Failure("not-running", `messaging does not answer: ${why}`, { hint: "./dailyge status, and ./dailyge logs messaging" }));
  const socket = connect(socketPath);
  const late = setTimeout(() => silent(`nothing within ${withinMs / 1000} s`), withinMs);
  let text = "";
  socket.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  socket.once("connect", () => socket.write(`${JSON.stringify(request)}\n`));
  socket.once("error", (error) => silent(error.message));
  socket.once("close", () => {
    if (!text.endsWith("\n")) return silent("it closed the connection");
    const said = JSON.parse(text) as { readonly answer: ControlAnswers[Request["ask"]] } | { readonly refused: string };
    if ("answer" in said) resolve(said.answer);
    else reject(new Error(`messaging refused: ${said.refused}`));
  });
  return promise.finally(() => {
    clearTimeout(late);
    socket.destroy();
  });
}

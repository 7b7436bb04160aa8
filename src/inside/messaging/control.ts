import { rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { createInterface } from "node:readline";
import type { ControlAnswers, ControlRequest } from "./contract.ts";
import type { MessageServer } from "./fauxqs.ts";

/** Answers the platform's controller on a socket that only it and we may open. */
export function openControl(path: string, server: MessageServer): Server {
  rmSync(path, { force: true });
  const before = process.umask(0o177);
  const control = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    createInterface({ input: socket })
      .on("error", () => {})
      .on("line", (line) => socket.end(`${answer(line, server)}\n`));
  }).listen(path);
  process.umask(before);
  return control;
}

function answer(line: string, server: MessageServer): string {
  try {
    return JSON.stringify({ answer: obey(JSON.parse(line) as ControlRequest, server) });
  } catch (cause) {
    return JSON.stringify({ refused: cause instanceof Error ? cause.message : String(cause) });
  }
}

function obey(request: ControlRequest, server: MessageServer): ControlAnswers[ControlRequest["ask"]] {
  switch (request.ask) {
    case "counts":
      return server.counts();
    case "messages":
      return server.messages(request.queue, request.most);
    case "move":
      return server.move(request.from, request.to);
  }
}

import { chmod, rm } from "node:fs/promises";
import { flushCompileCache } from "node:module";
import { createServer, type Server, type Socket } from "node:net";
import { Failure } from "../../kit/failure.ts";
import { placeOf } from "../render/place.ts";
import { deletion, whenDeleted } from "./abandon.ts";
import { databaseShell } from "./database-shell.ts";
import { ControllerLog } from "./controller-log.ts";
import { Operations } from "./operations.ts";
import { takeLock } from "./lock.ts";
import { deadLetters, redrive, topicStatuses } from "./topics.ts";
import { linesOf, writeFailure, type Cancel, type Reply, type Request } from "./protocol.ts";
import { controlSocket, makeSocketDirectory } from "./sockets.ts";

/** What a controller is started with. */
export interface ControllerOptions {
  readonly state: string;
  readonly cache: string;
  /** Of our sources: another one's commands start a controller of their own. */
  readonly version: string;
}

/**
 * The process that decides for one platform: it takes over what stands, looks after it, and does what it is asked,
 * until the platform is taken down. Killed, it leaves the platform serving.
 */
export async function runController(options: ControllerOptions): Promise<void> {
  // What is secret says so itself; the rest is for the parts' users to read.
  process.umask(0o022);
  const place = placeOf(options.state);
  const release = await takeLock(place.lock);
  if (release === null) return;
  const log = new ControllerLog(place);
  await makeSocketDirectory(options.state);
  const socketPath = controlSocket(options.state);
  await rm(socketPath, { force: true });
  const operations = await Operations.open(place, options.cache, (progress) => log.write(progress));
  const ended = Promise.withResolvers<void>();
  const server = createServer((socket) => serve(socket, operations, options.version, () => ended.resolve()));
  const before = process.umask(0o177);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(socketPath, resolve));
  process.umask(before);
  await chmod(socketPath, 0o600);
  process.on("SIGTERM", () => ended.resolve());
  process.on("SIGINT", () => {});
  process.on("SIGHUP", () => {});
  operations.begin();
  const endIdling = whenIdle(server, operations, () => ended.resolve());
  const endLooking = whenDeleted(deletion(options.state), () => void operations.abandon().finally(() => ended.resolve()));
  // The next controller finds its sources without types, and needs 17 MB less.
  setTimeout(flushCompileCache, 5_000).unref();
  await ended.promise;
  endLooking();
  endIdling();
  await operations.close();
  server.close();
  await rm(socketPath, { force: true });
  await release();
}

/** Nobody asks, and there is no platform to look after: whoever started us was killed before saying what for. */
const IDLE_MS = 10_000;

function whenIdle(server: Server, operations: Operations, act: () => void): () => void {
  let since = performance.now();
  const timer = setInterval(() => {
    server.getConnections((_error, connections) => {
      if (connections > 0 || !operations.isIdle) since = performance.now();
      else if (performance.now() - since > IDLE_MS) act();
    });
  }, 1_000);
  return () => clearInterval(timer);
}

function serve(socket: Socket, operations: Operations, version: string, end: () => void): void {
  const send = (reply: Reply): void => {
    if (socket.writable) socket.write(`${JSON.stringify(reply)}\n`);
  };
  const cancelled = new AbortController();
  const forget = operations.listen((progress) => send({ progress }));
  socket.on("error", () => socket.destroy());
  socket.on("close", forget);
  linesOf(socket).on("line", (line) => {
    const request = parseRequest(line);
    if (request === null) return void socket.destroy();
    if (request.verb === "cancel") return cancelled.abort();
    answer(request, operations, version, cancelled.signal, socket).then(
      (done) => {
        send({ done });
        if (request.verb === "down" || request.verb === "leave") end();
      },
      (cause: unknown) => send(cause instanceof Failure ? { failure: writeFailure(cause) } : { bug: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) }),
    );
  });
}

/** Null for half a line, as a command that is killed may leave it. */
function parseRequest(line: string): Request | Cancel | null {
  try {
    return JSON.parse(line) as Request | Cancel;
  } catch {
    return null;
  }
}

async function answer(request: Request, operations: Operations, version: string, signal: AbortSignal, socket: Socket): Promise<unknown> {
  switch (request.verb) {
    case "hello":
      return { pid: process.pid, version, definition: operations.definition };
    case "up":
      return operations.up(request.definition, request.wanted, request.edgePort, signal, request.exact);
    case "deploy":
      return operations.deploy(request.name, request.from, request.hurried, signal);
    case "rollback":
      return operations.rollback(request.name, signal);
    case "snapshot":
      return operations.snapshot(request.name, signal);
    case "restore":
      return operations.restore(request.name, signal);
    case "status":
      return operations.status();
    case "run":
      return operations.run(request.name);
    case "runEnd":
      return operations.runEnd(request.name, request.run, signal);
    case "surroundings":
      return operations.surroundings(request.name);
    case "shell":
      return operations.withRunning((stage) => databaseShell(stage, request.database, request.as));
    case "topics":
      return operations.withRunning(topicStatuses);
    case "dead-letters":
      return operations.withRunning((stage) => deadLetters(stage, request.queue, request.most));
    case "redrive":
      return operations.withRunning((stage) => redrive(stage, request.queue));
    case "watch":
      return new Promise((resolve) => socket.once("close", () => resolve(null)));
    case "down":
      await operations.down(request.atOnce);
      return null;
    case "leave":
      await operations.leave();
      return null;
  }
}

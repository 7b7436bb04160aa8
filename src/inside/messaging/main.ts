import { readFileSync } from "node:fs";
import type { Server } from "node:net";
import type { MessagingConfiguration } from "./contract.ts";
import { openControl } from "./control.ts";
import { openDoor } from "./door.ts";
import { log } from "./log.ts";
import { openServer, queueUrl } from "./server.ts";

/** Topics and queues of one platform on one machine, for SDKs of AWS. */
// Messages are nobody else's to read.
process.umask(0o077);
const configuration = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as MessagingConfiguration;
const { port, controlSocket } = configuration;
const server = await openServer(configuration);
for (const { name, messages } of server.counts().removed) log(`removed ${name}, which nobody consumes any more, and ${messages} messages in it`);
const callers = configuration.callers.map((caller) => {
  const secret = process.env[caller.secretVariable];
  if (secret === undefined || secret === "") throw new Error(`${caller.secretVariable} is not set`);
  return { ...caller, secret };
});
const control = openControl(controlSocket, server);
const door = openDoor({ port, callers, server, urlOf: (queue) => queueUrl(port, queue) });
await new Promise<void>((resolve, reject) => door.once("error", reject).listen(port, "127.0.0.1", resolve));
log(`ready on port ${port}`);

/** Who waits for a message gets none and asks again. */
async function end(): Promise<void> {
  const closed = [control, door].map((one: Server) => new Promise<void>((resolve) => one.close(() => resolve())));
  await server.close();
  setTimeout(() => door.closeAllConnections(), 500).unref();
  await Promise.all(closed);
}

process.once("SIGTERM", () => void end().then(() => process.exit(0)));

import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { Failure } from "../../kit/failure.ts";

/** Below those that the system gives to outgoing connections (ip(7), ip_local_port_range): none of these takes a part's port while it restarts. */
const FIRST_PORT = 20_000;
const LAST_PORT = 29_999;

/** A port of 127.0.0.1 that nobody listens on now, other than the given ones; or the wanted one, if nobody does. */
export async function freePort(taken: ReadonlySet<number>, wanted = 0): Promise<number> {
  if (wanted !== 0 && wanted < (await firstOrdinaryPort())) {
    throw new Failure("permission", `cannot listen on 127.0.0.1:${wanted}: nothing of the platform runs as root, and this port is root's`, { hint: "./dailyge up --port 8080" });
  }
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = await tryPort(wanted === 0 ? randomInt(FIRST_PORT, LAST_PORT + 1) : wanted);
    if (port === null && wanted === 0) continue;
    if (port === null) {
      throw new Failure("port-taken", `cannot listen on 127.0.0.1:${wanted}: another program does`, { hint: `see who: ss -ltnp "sport = :${wanted}"` });
    }
    if (!taken.has(port)) return port;
  }
  throw new Failure("port-taken", "cannot find a free port on 127.0.0.1: a hundred tries found none", { hint: "see what listens: ss -ltn" });
}

/** ip(7), ip_unprivileged_port_start. */
const firstOrdinaryPort = async (): Promise<number> => Number(await readFile("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8").catch(() => "1024"));

/** Binds the port for a moment; null when somebody else has it. */
export function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(null));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : null));
    });
  });
}

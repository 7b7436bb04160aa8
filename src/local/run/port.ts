import { createServer } from "node:net";
import { Failure } from "../../kit/failure.ts";

/** A port of 127.0.0.1 that nobody listens on now, other than the given ones. The system chooses it, or it is the wanted one. */
export async function freePort(taken: ReadonlySet<number>, wanted = 0): Promise<number> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const port = await tryPort(wanted);
    if (port === null) {
      throw new Failure("port-taken", `cannot listen on 127.0.0.1:${wanted}: another program does`, { hint: `see who: ss -ltnp "sport = :${wanted}"` });
    }
    if (!taken.has(port)) return port;
  }
  throw new Failure("port-taken", "cannot find a free port on 127.0.0.1: twenty tries found none", { hint: "see what listens: ss -ltn" });
}

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

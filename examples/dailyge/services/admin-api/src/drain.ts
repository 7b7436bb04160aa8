import { once } from "node:events";
import type { Server } from "node:http";
import type { Socket } from "node:net";

const SILENT_MS = 500;
const FINISH_WITHIN_MS = 15_000;

/**
 * Makes the function that ends a server: no new connections, requests under way are finished, each connection is closed after its
 * answer. Connections that never asked anything, as browsers open in advance, count as busy to Node; they are closed as well.
 */
export function drainOf(server: Server): () => Promise<void> {
  const silent = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  server.on("request", ({ socket }) => silent.delete(socket));
  return async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    const timers = [
      setInterval(() => server.closeIdleConnections(), 50),
      setTimeout(() => silent.forEach((socket) => socket.destroy()), SILENT_MS),
      setTimeout(() => server.closeAllConnections(), FINISH_WITHIN_MS),
    ];
    await closed;
    timers.forEach(clearTimeout);
  };
}

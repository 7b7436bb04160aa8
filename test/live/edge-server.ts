// A small service for the edge's tests: node edge-server.ts NAME PORT FILE. It writes each request down before it answers.
import { appendFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

const [name = "", port = "", file = ""] = process.argv.slice(2);

const server = createServer((request, response) => void answer(request, response).catch(() => request.socket.destroy()));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://service");
  if (url.pathname === "/health") return void response.end("ok");
  let body = "";
  for await (const chunk of request) body += String(chunk);
  appendFileSync(file, `${request.method} ${url.pathname} ${body.replaceAll(/\s/g, "_")} ${name} ${request.url}\n`);
  await pause(Number(url.searchParams.get("ms") ?? 0));
  if (url.pathname === "/drop") return void request.socket.destroy();
  response.statusCode = url.pathname === "/busy" ? 503 : 200;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ name, method: request.method, url: request.url, headers: request.rawHeaders }));
}

server.keepAliveTimeout = 75_000;
server.listen(Number(port), "127.0.0.1");
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});

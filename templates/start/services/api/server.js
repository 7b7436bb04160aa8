import { createServer } from "node:http";

const { HOST = "127.0.0.1", PORT = "8080", RELEASE = "unknown", ALLOWED_ORIGINS = "" } = process.env;
const origins = new Set(ALLOWED_ORIGINS.split(","));
let greetings = 0;

const server = createServer((request, response) => {
  const { origin } = request.headers;
  if (origin !== undefined && origins.has(origin)) response.setHeader("Access-Control-Allow-Origin", origin);
  response.setHeader("Vary", "Origin");
  if (request.url === "/health") return response.end("ok");
  if (request.url === "/hello") {
    greetings += 1;
    response.setHeader("Content-Type", "application/json");
    return response.end(JSON.stringify({ message: "hello", greetings, release: RELEASE }));
  }
  response.statusCode = 404;
  response.end("not found");
});

// Longer than the load balancer keeps its idle connections, so that it is never the one to be surprised.
server.keepAliveTimeout = 70_000;
server.listen(Number(PORT), HOST, () => console.log(`${RELEASE} listens on ${HOST}:${PORT}`));

process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});

import { createServer } from "node:http";
import { toHtml } from "./markdown.js";

const { HOST = "127.0.0.1", PORT = "8080", RELEASE = "unreleased", ALLOWED_ORIGINS = "" } = process.env;
const MOST_BYTES = 256 * 1024;
const allowed = new Set(ALLOWED_ORIGINS.split(","));

/** The request's text, or null where it is too long. */
async function read(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function answer(request, response) {
  const { origin } = request.headers;
  response.setHeader("X-Release", RELEASE);
  response.setHeader("Vary", "Origin");
  if (origin && allowed.has(origin)) response.setHeader("Access-Control-Allow-Origin", origin);
  if (!server.listening) response.setHeader("Connection", "close");
  const send = (status, type, text) => response.writeHead(status, { "Content-Type": `${type}; charset=utf-8` }).end(text);

  if (request.method === "GET" && request.url === "/") return send(200, "text/plain", "POST Markdown to /render\n");
  if (request.url !== "/render") return send(404, "text/plain", "There is nothing here.\n");
  if (request.method !== "POST") return send(405, "text/plain", "POST Markdown here.\n");
  const markdown = await read(request);
  return markdown === null ? send(413, "text/plain", "At most 256 KB.\n") : send(200, "text/html", toHtml(markdown));
}

const server = createServer({ keepAliveTimeout: 70_000 }, (request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    response.destroy();
  });
});

server.listen(Number(PORT), HOST, () => console.log(`release ${RELEASE} listens on ${HOST}:${PORT}`));

process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  setInterval(() => server.closeIdleConnections(), 50);
  setTimeout(() => process.exit(0), 5_000);
});

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Caller } from "./contract.ts";
import type { MessageServer } from "./fauxqs.ts";
import { log } from "./log.ts";
import { mayDo, readSns, readSqs, type Wish } from "./permission.ts";
import { plain, refuse, type Answer } from "./refusal.ts";
import { isSignedBy, readSignature } from "./signature.ts";

/** Somebody with the secret of his access key. */
export interface KnownCaller extends Caller {
  readonly secret: string;
}

export interface Door {
  readonly port: number;
  readonly callers: readonly KnownCaller[];
  readonly server: MessageServer;
  readonly urlOf: (queue: string) => string;
}

/** A batch of SQS has at most 1 MiB, and a form of SNS is up to three times as long as its message. */
const LONGEST_BODY = 4 * 1024 * 1024;

/** Lets in who has credentials, to what they are for; and no page of a browser, whoever sent it. */
export function openDoor(door: Door): Server {
  return createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    serve(door, request, response).catch((cause: unknown) => {
      log(`${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
      send(response, plain(500, "it failed: see the log of messaging"));
    });
  });
}

async function serve(door: Door, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === "GET" && request.url === "/health") return send(response, plain(200, "ok"));
  if (isFromBrowser(door, request)) return send(response, plain(403, "this is for services of the platform, not for pages"));
  if (request.method !== "POST" || request.url !== "/") return send(response, plain(404, "SNS and SQS answer to POST / only"));
  const body = await readBody(request);
  if (body === null) return send(response, plain(413, "the request is longer than SNS and SQS take"));
  const wish = permitted(door, request, body);
  if ("status" in wish) return send(response, wish);
  const answer = readable(wish, await door.server.handle(headersFor(request, wish.service), wish.body));
  if (request.socket.destroyed) giveBack(door, wish, answer);
  else send(response, answer);
}

/** What fails inside, as on a full disk, is answered so that an SDK understands it and tries again. */
function readable({ service, action }: Wish, answer: Answer): Answer {
  if (answer.status < 500) return answer;
  log(`${action} failed: ${answer.body}`);
  return refuse(service, "InternalFailure", "it failed: the log of messaging says why", 500);
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (!response.headersSent) response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
}

/** A name that is not ours is another site's that leads here; no SDK sends the other two. */
const isFromBrowser = ({ port }: Door, { headers }: IncomingMessage): boolean =>
  ![`127.0.0.1:${port}`, `localhost:${port}`].includes(headers.host ?? "") || headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > LONGEST_BODY) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** What is wished for, when who signed it may have it; otherwise the refusal. */
function permitted({ callers, urlOf }: Door, { headers }: IncomingMessage, body: Buffer): Wish | Answer {
  const signature = readSignature(headers.authorization);
  const target = headers["x-amz-target"];
  const service = typeof target === "string" ? "sqs" : "sns";
  if (signature === null || signature.service !== service) return refuse(service, "MissingAuthenticationToken", "The request is not signed for this service.");
  const caller = callers.find(({ id }) => id === signature.accessKey);
  if (caller === undefined) return refuse(service, "InvalidClientTokenId", "The security token included in the request is invalid.");
  if (!isSignedBy(caller.secret, signature, headers, body)) return refuse(service, "SignatureDoesNotMatch", "The signature does not match the secret access key.");
  const wish = typeof target === "string" ? readSqs(target, body.toString(), urlOf) : readSns(body.toString());
  if (wish === null) return plain(400, "the body is no JSON object");
  if (mayDo(caller, wish)) return wish;
  const what = `${service}:${wish.action} on ${wish.resource ?? "nothing"}`;
  return refuse(service, service === "sns" ? "AuthorizationError" : "AccessDenied", `${caller.id} may not do ${what}: no link of the definition permits it.`);
}

/** The server reads no others; it takes the region from who signed. */
function headersFor({ headers }: IncomingMessage, service: Wish["service"]): Readonly<Record<string, string>> {
  const wanted = { host: headers.host ?? "", authorization: headers.authorization ?? "" };
  if (service === "sns") return { ...wanted, "content-type": "application/x-www-form-urlencoded" };
  return { ...wanted, "content-type": "application/x-amz-json-1.0", "x-amz-target": String(headers["x-amz-target"]) };
}

/** Who waited for messages has gone, mostly because it was replaced: they are not to be in flight for nobody. */
function giveBack({ server }: Door, { action, resource }: Wish, { status, body }: Answer): void {
  if (action !== "ReceiveMessage" || resource === null || status !== 200) return;
  const { Messages = [] } = JSON.parse(body) as { readonly Messages?: readonly { readonly ReceiptHandle: string }[] };
  server.giveBack(resource, Messages.map(({ ReceiptHandle }) => ReceiptHandle));
}

import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { connect, type Socket } from "node:net";
import { promisify } from "node:util";
import { decodeBson, encodeBson, type BsonDocument } from "./mongodb-bson.ts";

/** Where a server listens: a port of this machine, or a socket. */
export type MongodbAddress = { readonly port: number } | { readonly path: string };

/** Who asks. The name and the password are plain ASCII without `,` and `=`, so that SASLprep and escapes change nothing. */
export interface MongodbUser {
  readonly name: string;
  readonly password: string;
  /** Database that knows the user. */
  readonly source: string;
}

/** What the server did not do, or why there is no answer. */
export class MongodbRefusal extends Error {
  /** The server's own number; `NO_CONNECTION` or `NO_ANSWER` where there was none. */
  readonly number: number;

  constructor(number: number, message: string) {
    super(message);
    this.name = "MongodbRefusal";
    this.number = number;
  }
}

export const NO_CONNECTION = -2;
export const NO_ANSWER = -1;
/** https://www.mongodb.com/docs/manual/reference/error-codes/ */
export const AUTHENTICATION_FAILED = 18;

/** Runs commands, one after the other, on a connection. */
export type MongodbConversation = (database: string, command: BsonDocument) => Promise<BsonDocument>;

/**
 * Connects, says who asks, has `act` run its commands, and closes.
 * @throws MongodbRefusal when the server refuses one, or has not answered all of them in time
 */
export async function converse<Result>(address: MongodbAddress, user: MongodbUser | null, withinMs: number, act: (run: MongodbConversation) => Promise<Result>): Promise<Result> {
  const socket = connect({ host: "127.0.0.1", ...address });
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new MongodbRefusal(NO_ANSWER, "no answer in time")), withinMs);
  const run = conversation(socket);
  try {
    return await Promise.race([late.promise, authenticate(run, user).then(() => act(run))]);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/#op_msg */
const OP_MSG = 2013;
const HEADER_BYTES = 21;

function conversation(socket: Socket): MongodbConversation {
  let received = Buffer.alloc(0);
  let waiting: PromiseWithResolvers<BsonDocument> | null = null;
  let broken: MongodbRefusal | null = null;
  const breakOff = (cause: MongodbRefusal): void => {
    broken ??= cause;
    waiting?.reject(broken);
  };
  socket.on("error", (cause) => breakOff(new MongodbRefusal(NO_CONNECTION, cause.message)));
  socket.on("close", () => breakOff(new MongodbRefusal(NO_CONNECTION, "it closed the connection")));
  socket.on("data", (piece) => {
    received = Buffer.concat([received, piece]);
    if (received.length < 4 || received.length < received.readInt32LE(0)) return;
    try {
      waiting?.resolve(decodeBson(received.subarray(HEADER_BYTES)));
    } catch {
      breakOff(new MongodbRefusal(NO_CONNECTION, "it does not speak MongoDB's protocol"));
    }
    received = Buffer.alloc(0);
  });
  return async (database, command) => {
    if (broken !== null) throw broken;
    const body = encodeBson({ ...command, $db: database });
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeInt32LE(HEADER_BYTES + body.length, 0);
    header.writeInt32LE(OP_MSG, 12);
    waiting = Promise.withResolvers();
    socket.write(Buffer.concat([header, body]));
    const answer = await waiting.promise;
    const { ok, code, errmsg } = answer;
    if (ok === 1) return answer;
    throw new MongodbRefusal(typeof code === "number" ? code : 0, typeof errmsg === "string" ? errmsg : "it does not say why");
  };
}

/** SCRAM-SHA-256: RFC 5802 and 7677. Also the server has to prove that it knows the password. */
async function authenticate(run: MongodbConversation, user: MongodbUser | null): Promise<void> {
  if (user === null) return;
  const nonce = randomBytes(24).toString("base64");
  const first = `n=${user.name},r=${nonce}`;
  const started = await run(user.source, { saslStart: 1, mechanism: "SCRAM-SHA-256", payload: Buffer.from(`n,,${first}`), options: { skipEmptyExchange: true } });
  const challenge = textOf(started);
  const { r: theirs = "", s: salt = "", i: iterations = "" } = attributes(challenge);
  if (!theirs.startsWith(nonce)) throw new MongodbRefusal(AUTHENTICATION_FAILED, "it answers to somebody else's question");
  const salted = await promisify(pbkdf2)(user.password, Buffer.from(salt, "base64"), Number(iterations), 32, "sha256");
  const key = hmac(salted, "Client Key");
  const last = `c=biws,r=${theirs}`;
  const signed = `${first},${challenge},${last}`;
  const signature = hmac(createHash("sha256").update(key).digest(), signed);
  const proof = Buffer.from(key.map((byte, index) => byte ^ (signature[index] ?? 0))).toString("base64");
  const continued = await run(user.source, { saslContinue: 1, conversationId: started["conversationId"] ?? 1, payload: Buffer.from(`${last},p=${proof}`) });
  const expected = hmac(hmac(salted, "Server Key"), signed);
  const given = Buffer.from(attributes(textOf(continued))["v"] ?? "", "base64");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new MongodbRefusal(AUTHENTICATION_FAILED, "it does not know the password itself");
}

const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

const textOf = ({ payload }: BsonDocument): string => (payload instanceof Uint8Array ? Buffer.from(payload).toString() : "");

/** `r=…,s=…,i=15000` by letter. */
const attributes = (text: string): Readonly<Record<string, string>> => Object.fromEntries(text.split(",").map((part) => [part.slice(0, 1), part.slice(2)]));

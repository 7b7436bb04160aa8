import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

export interface Answer {
  readonly status: number;
  readonly head: string;
}

const ANSWER_WITHIN_MS = 10_000;

/** One connection that is kept. Spoken by hand (RFC 9112), because Node's client would use more time than what is measured. */
export class Connection {
  readonly #port: number;
  readonly #from: string;
  #socket: Socket | null = null;
  #text = "";
  #waiting: { resolve(answer: Answer): void; reject(error: Error): void } | null = null;

  /** `from` is the client's own address: the team's, or one of the world. */
  constructor(port: number, from = "127.0.0.1") {
    this.#port = port;
    this.#from = from;
  }

  /** Sends a whole request and gives its answer. One at a time. */
  async ask(request: string): Promise<Answer> {
    const socket = this.#socket ?? this.#open();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#waiting = { resolve, reject };
    const late = setTimeout(() => socket.destroy(new Error("no answer in 10 s")), ANSWER_WITHIN_MS);
    socket.write(request);
    return promise.finally(() => clearTimeout(late));
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  #open(): Socket {
    const socket = connect({ host: "127.0.0.1", port: this.#port, localAddress: this.#from, noDelay: true });
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.#take(text));
    socket.on("error", (error) => this.#gone(socket, error));
    socket.on("close", () => this.#gone(socket, new Error("the connection was closed without an answer")));
    this.#socket = socket;
    this.#text = "";
    return socket;
  }

  #gone(socket: Socket, error: Error): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    this.#waiting?.reject(error);
    this.#waiting = null;
  }

  #take(text: string): void {
    this.#text += text;
    const end = this.#text.indexOf("\r\n\r\n");
    if (end < 0) return;
    const head = this.#text.slice(0, end);
    const whole = end + 4 + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    const chunked = /^transfer-encoding: *chunked/im.test(head);
    if (chunked ? !this.#text.endsWith("0\r\n\r\n") : this.#text.length < whole) return;
    this.#text = "";
    const waiting = this.#waiting;
    this.#waiting = null;
    if (/^connection: *close/im.test(head)) this.close();
    waiting?.resolve({ status: Number(head.slice(9, 12)), head });
  }
}

export interface Request {
  readonly method: "GET" | "POST";
  readonly host: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request as it goes over the wire. */
export function written({ method, host, path, headers = {}, body = "" }: Request): string {
  const all = { Host: host, ...headers, ...(method === "POST" ? { "Content-Type": "application/json", "Content-Length": String(Buffer.byteLength(body)) } : {}) };
  return `${method} ${path} HTTP/1.1\r\n${Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
}

/** One request on a connection of its own. */
export async function askOnce(port: number, request: Request): Promise<Answer> {
  const connection = new Connection(port);
  try {
    return await connection.ask(written(request));
  } finally {
    connection.close();
  }
}

const READY_WITHIN_MS = 60_000;

/** Waits until a path has answered 200 so many times in a row, 30 ms apart as the controller does. */
export async function untilAnswers(port: number, path: string, answers = 1): Promise<void> {
  const end = performance.now() + READY_WITHIN_MS;
  for (let seen = 0; seen < answers; ) {
    const status = await askOnce(port, { method: "GET", host: `127.0.0.1:${port}`, path }).then((answer) => answer.status, () => 0);
    seen = status === 200 ? seen + 1 : 0;
    if (performance.now() > end) throw new Error(`nothing answers 200 at 127.0.0.1:${port}${path}`);
    if (seen < answers) await pause(status === 200 ? 30 : 10);
  }
}

import { createClient } from "@redis/client";
import type { RedisAddress } from "./configuration.ts";
import { log, reason } from "./log.ts";
import { Unavailable, within } from "./unavailable.ts";

const createConnection = ({ url, prefix }: RedisAddress) =>
  createClient({
    url,
    keyPrefix: prefix,
    // Our user may touch its keys; what library it uses it need not tell.
    disableClientInfo: true,
    // Nothing queues for a connection that is not there: who asks waits here instead, see `ask`.
    disableOfflineQueue: true,
    socket: { connectTimeout: 2_000, reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 1_000) },
  });

export type RedisCommands = ReturnType<typeof createConnection>;

/** A restart of the server is slow to who asks meanwhile, not broken. */
const ANSWER_MS = 2_000;

/** Keys and values. It connects by itself, and again whenever the server was away. */
export class Redis {
  readonly #address: RedisAddress;
  #client: RedisCommands;
  #ready = Promise.withResolvers<void>();
  #isReady = false;
  #said: string | null = null;

  constructor(address: RedisAddress) {
    this.#address = address;
    this.#client = this.#connect();
  }

  get answers(): boolean {
    return this.#isReady;
  }

  /** Throws Unavailable. The prefix of keys is added by itself. */
  async ask<T>(commands: (client: RedisCommands) => Promise<T>): Promise<T> {
    const asked: RedisCommands[] = [];
    const answer = async (): Promise<T> => {
      await this.#ready.promise;
      asked.push(this.#client);
      return commands(this.#client);
    };
    try {
      return await within(ANSWER_MS, "redis", answer());
    } catch (error) {
      // A connection that has fallen silent stays so.
      if (error instanceof Unavailable && asked.includes(this.#client)) this.#replace(this.#client);
      throw error instanceof Unavailable ? error : new Unavailable("redis", error);
    }
  }

  close(): void {
    this.#client.destroy();
  }

  #connect(): RedisCommands {
    const client = createConnection(this.#address);
    client.on("ready", () => {
      this.#say("redis answers", null);
      this.#isReady = true;
      this.#ready.resolve();
    });
    // Comes with each attempt to connect that fails, too: those who wait go on waiting for the same.
    client.on("error", (error: unknown) => {
      this.#say("redis does not answer", reason(error));
      this.#wait();
    });
    void client.connect().catch(() => {});
    return client;
  }

  #replace(silent: RedisCommands): void {
    this.#say("redis does not answer", "it has fallen silent");
    this.#wait();
    this.#client = this.#connect();
    silent.destroy();
  }

  #wait(): void {
    if (this.#isReady) this.#ready = Promise.withResolvers();
    this.#isReady = false;
  }

  #say(message: string, why: string | null): void {
    if (this.#said !== message) log(message, { reason: why });
    this.#said = message;
  }
}

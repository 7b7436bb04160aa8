import { MongoClient, MongoError, type Db } from "mongodb";
import type { MongodbAddress } from "./configuration.ts";
import { Unavailable, within } from "./unavailable.ts";

const ANSWER_MS = 3_000;
const HEALTH_MS = 1_000;
const OPTIONS = { serverSelectionTimeoutMS: 2_000, connectTimeoutMS: 2_000, socketTimeoutMS: 5_000, maxPoolSize: 10, appName: "api" };

/** Documents. It connects when it is first asked, and again whenever the server was away. */
export class Mongodb {
  readonly #address: MongodbAddress;
  /** A client whose first connection failed stays closed for good: the next question makes another. */
  #client: Promise<MongoClient> | null = null;

  constructor(address: MongodbAddress) {
    this.#address = address;
  }

  /** Throws Unavailable. */
  async ask<T>(work: (database: Db) => Promise<T>): Promise<T> {
    const answer = async (): Promise<T> => work((await this.#connected()).db(this.#address.database));
    return within(ANSWER_MS, "mongodb", answer().catch((error: unknown) => {
      throw error instanceof MongoError ? new Unavailable("mongodb", error) : error;
    }));
  }

  /** Throws Unavailable. */
  async ping(): Promise<void> {
    await within(HEALTH_MS, "mongodb", this.ask((database) => database.command({ ping: 1 })));
  }

  async close(): Promise<void> {
    await (await this.#client?.catch(() => null))?.close();
  }

  async #connected(): Promise<MongoClient> {
    const connecting = (this.#client ??= new MongoClient(this.#address.url, OPTIONS).connect());
    try {
      return await connecting;
    } catch (error) {
      if (this.#client === connecting) this.#client = null;
      throw error;
    }
  }
}

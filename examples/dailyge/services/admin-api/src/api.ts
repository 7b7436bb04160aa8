import { setTimeout } from "node:timers/promises";
import { log, reason } from "./log.ts";

const ANSWER_MS = 2_000;
const PAUSES_MS = [200, 800];

/** The API, at its address inside the platform. */
export class Api {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Asks it to sign a person out everywhere, now. Whether it has; where not, it does so by itself soon: the database tells it. */
  async signOut(person: number): Promise<boolean> {
    for (const pauseMs of [...PAUSES_MS, null]) {
      const problem = await this.#delete(`/internal/people/${person}/sessions`);
      if (problem === null) return true;
      log("the API has not signed someone out yet", { person, reason: problem });
      if (pauseMs !== null) await setTimeout(pauseMs);
    }
    return false;
  }

  /** Null when it did, else why not. */
  async #delete(path: string): Promise<string | null> {
    try {
      const { ok, status } = await fetch(new URL(path, this.#url), { method: "DELETE", signal: AbortSignal.timeout(ANSWER_MS), redirect: "error" });
      return ok ? null : `it answered ${status}`;
    } catch (error) {
      return reason(error instanceof Error && error.cause ? error.cause : error);
    }
  }
}

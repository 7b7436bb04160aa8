import { setTimeout } from "node:timers/promises";

export interface Pace {
  /** Pause after a turn that went well and left nothing to do. */
  readonly idleMs: number;
  /** Pause after the first failure; each further one in a row doubles it. */
  readonly firstMs: number;
  readonly mostMs: number;
}

/** The pause after so many failures in a row, with some chance in it, so that many who wait do not come back at once. */
export function backoffMs({ idleMs, firstMs, mostMs }: Pace, failures: number, chance: number): number {
  if (failures === 0) return idleMs;
  return Math.min(mostMs, firstMs * 2 ** (failures - 1)) * (0.75 + chance / 2);
}

/** Does a piece of work again and again until told to stop; `work` says whether there may be more to do at once. */
export class Repeated {
  readonly #pace: Pace;
  readonly #work: () => Promise<"more" | "done">;
  readonly #failed: (error: unknown, failures: number) => void;
  readonly #stopping: AbortSignal;
  #wake = new AbortController();
  #failures = 0;

  constructor(pace: Pace, stopping: AbortSignal, work: () => Promise<"more" | "done">, failed: (error: unknown, failures: number) => void) {
    this.#pace = pace;
    this.#stopping = stopping;
    this.#work = work;
    this.#failed = failed;
  }

  /** Whether the last turn went well. */
  get well(): boolean {
    return this.#failures === 0;
  }

  /** There is something to do: ends an idle pause, never one after a failure. */
  wake(): void {
    if (this.well) this.#wake.abort();
  }

  /** Ends when it is told to stop, after the turn under way. */
  async run(): Promise<void> {
    while (!this.#stopping.aborted) {
      this.#wake = new AbortController();
      const outcome = await this.#turn();
      if (outcome === "more") continue;
      const pause = backoffMs(this.#pace, this.#failures, Math.random());
      await setTimeout(pause, undefined, { signal: AbortSignal.any([this.#wake.signal, this.#stopping]) }).catch(() => {});
    }
  }

  async #turn(): Promise<"more" | "done"> {
    try {
      const outcome = await this.#work();
      this.#failures = 0;
      return outcome;
    } catch (error) {
      this.#failures += 1;
      this.#failed(error, this.#failures);
      return "done";
    }
  }
}

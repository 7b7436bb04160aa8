import type { Invocation } from "./invocation.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The hands on the keyboard, for what must not be cut off: the first Ctrl-C asks for an end in order, the second for one at once. */
export class Interrupts {
  readonly #first = new AbortController();
  readonly #second = new AbortController();
  readonly #tell: Invocation["tell"];
  #hungUp = false;
  /** What is said at the first Ctrl-C and at the second; null as long as there is nothing to end in order. */
  words: readonly [first: string, second: string] | null = null;

  constructor(tell: Invocation["tell"]) {
    this.#tell = tell;
    for (const signal of SIGNALS) process.on(signal, this.#press);
  }

  get signal(): AbortSignal {
    return this.#first.signal;
  }

  get abandon(): AbortSignal {
    return this.#second.signal;
  }

  /** Says it, as long as somebody is there: writing to a terminal that has gone would end us. */
  readonly tell = (text: string): void => {
    if (!this.#hungUp) this.#tell(text);
  };

  readonly #press = (signal: NodeJS.Signals): void => {
    if (signal === "SIGHUP") this.#hungUp = true;
    const again = this.#first.signal.aborted;
    if (this.words !== null && !this.#second.signal.aborted) this.tell(`\n${this.words[again ? 1 : 0]}\n`);
    (again ? this.#second : this.#first).abort();
  };

  release(): void {
    for (const signal of SIGNALS) process.off(signal, this.#press);
  }
}

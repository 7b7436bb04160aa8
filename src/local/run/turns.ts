/** A turn that its holder gives up when somebody else asks for the part. */
export interface Turn {
  /** Aborted when somebody else waits. */
  readonly signal: AbortSignal;
  end(): void;
}

/** Who starts, replaces or stops a part does so alone: whoever comes second waits for the first. */
export class Turns {
  readonly #taken = new Map<string, { readonly abort: AbortController; readonly ended: Promise<void> }>();

  /** Whether somebody has the part now. */
  has(name: string): boolean {
    return this.#taken.has(name);
  }

  /** Waits for whoever has the part. */
  async take(name: string): Promise<() => void> {
    for (;;) {
      const turn = this.tryTake(name);
      if (turn !== null) return () => turn.end();
      const other = this.#taken.get(name);
      other?.abort.abort();
      await other?.ended;
    }
  }

  /** The part at once, or null. */
  tryTake(name: string): Turn | null {
    if (this.#taken.has(name)) return null;
    const abort = new AbortController();
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    this.#taken.set(name, { abort, ended });
    const end = (): void => {
      this.#taken.delete(name);
      resolve();
    };
    return { signal: abort.signal, end };
  }
}

/** Has acts wait for those that were handed in before, however these end. */
export function oneAfterTheOther(): (act: () => Promise<void>) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const next = last.then(act);
    last = next.catch(() => {});
    return next;
  };
}

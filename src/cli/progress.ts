import type { Progress } from "../local/run/stage.ts";
import type { Invocation } from "./invocation.ts";

interface Line {
  progress: Progress;
  readonly since: number;
  until: number | null;
  /** It is on the screen for good, and not drawn again. */
  left: boolean;
}

const MARKS: Readonly<Record<Progress["state"], string>> = { working: "·", ready: "✓", failed: "✗", note: "!" };
const LEAST_NAME_COLUMNS = 11;

/** Shows what happens: on a terminal one line per part that changes in its place, elsewhere one line per event. */
export class ProgressView {
  readonly #invocation: Pick<Invocation, "tell" | "terminal">;
  readonly #lines = new Map<string, Line>();
  #drawn = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(invocation: Pick<Invocation, "tell" | "terminal">) {
    this.#invocation = invocation;
    if (invocation.terminal.interactive) this.#timer = setInterval(() => this.#draw(), 120).unref();
  }

  readonly show = (progress: Progress): void => {
    if (progress.state === "note") return this.tell(`${MARKS.note} ${progress.part}: ${progress.step}\n`);
    // A part that is found at once is no news.
    if (!this.#lines.has(progress.part) && (progress.step === "looking" || (progress.state === "ready" && progress.step === "ready"))) return;
    const known = this.#lines.get(progress.part);
    if (known?.progress.step === progress.step && known.progress.state === progress.state) return;
    const now = Date.now();
    const since = known === undefined || known.progress.state !== "working" ? now : known.since;
    const line = { progress, since, until: progress.state === "working" ? null : now, left: false };
    this.#lines.set(progress.part, line);
    if (!this.#invocation.terminal.interactive && !/^downloading .* of /.test(progress.step)) this.#invocation.tell(`${this.#text(progress.part, line)}\n`);
  };

  /** Says something above the lines that change. */
  readonly tell = (text: string): void => {
    this.#erase();
    if (this.#invocation.terminal.interactive) this.#leaveEnded();
    this.#invocation.tell(text);
    this.#draw();
  };

  /** Leaves what is drawn on the screen and begins anew below it. */
  finish(): void {
    this.#draw();
    this.#drawn = 0;
    this.#lines.clear();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.finish();
  }

  #erase(): void {
    // Line by line: tmux keeps a screen that is cleared at once in what one can scroll back to.
    this.#invocation.tell("\u001b[1A\u001b[2K".repeat(this.#drawn));
    this.#drawn = 0;
  }

  /** What has scrolled out of the terminal cannot be drawn over: what has ended is left behind when there is no room for it. */
  #draw(): void {
    const { interactive, rows } = this.#invocation.terminal;
    if (!interactive) return;
    this.#erase();
    if (this.#changing().length >= rows) this.#leaveEnded();
    const lines = this.#changing().slice(0, rows - 1);
    this.#invocation.tell(lines.map(([part, line]) => `${this.#text(part, line)}\n`).join(""));
    this.#drawn = lines.length;
  }

  #changing(): readonly (readonly [string, Line])[] {
    return [...this.#lines].filter(([, { left }]) => !left);
  }

  #leaveEnded(): void {
    for (const [part, line] of this.#changing()) {
      if (line.until === null) continue;
      line.left = true;
      this.#invocation.tell(`${this.#text(part, line)}\n`);
    }
  }

  #text(part: string, { progress, since, until }: Line): string {
    const seconds = `${(((until ?? Date.now()) - since) / 1000).toFixed(1)} s`;
    const { columns, color } = this.#invocation.terminal;
    const step = progress.step.replaceAll(/\s+/g, " ");
    const width = Math.max(LEAST_NAME_COLUMNS, ...[...this.#lines.keys()].map((name) => name.length));
    const room = Math.max(columns - 2 - width - 1 - seconds.length - 2, 1);
    const shown = step.length > room ? `${step.slice(0, room - 1)}…` : step;
    const text = `${part.padEnd(width)} ${shown.padEnd(Math.min(room, 44))} ${seconds}`;
    return `${paint(MARKS[progress.state], progress.state, color)} ${text}`;
  }
}

const COLORS: Readonly<Record<Progress["state"], number>> = { working: 36, ready: 32, failed: 31, note: 33 };
const paint = (mark: string, state: Progress["state"], color: boolean): string => (color ? `\u001b[${COLORS[state]}m${mark}\u001b[0m` : mark);

import { Scaler } from "./scaler.ts";
import { Scheduler } from "./scheduler.ts";
import type { Stage } from "./stage.ts";
import { Watch } from "./watch.ts";

/** All that goes on by itself while a platform is up. */
export class Duties {
  readonly scheduler: Scheduler;
  readonly #watch: Watch;
  readonly #scaler: Scaler;

  constructor(stage: Stage) {
    this.scheduler = new Scheduler(stage);
    this.#watch = new Watch(stage);
    this.#scaler = new Scaler(stage);
  }

  start(): void {
    this.#watch.start();
    this.scheduler.start();
    this.#scaler.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#watch.stop(), this.scheduler.stop(), this.#scaler.stop()]);
  }
}

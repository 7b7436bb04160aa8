import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "../render/place.ts";
import type { Progress } from "./stage.ts";

const LONGEST_BYTES = 1_000_000;

/** What the controller did, in the form of the parts' logs: at most two files of a megabyte. */
export class ControllerLog {
  readonly #directory: string;

  constructor(place: Place) {
    this.#directory = place.log("controller");
    mkdirSync(this.#directory, { recursive: true });
  }

  write({ part, step, state }: Progress): void {
    const file = join(this.#directory, "current");
    const at = new Date().toISOString().replace("T", "_").replace("Z", "");
    try {
      if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LONGEST_BYTES) renameSync(file, join(this.#directory, "@before"));
      appendFileSync(file, `${at} ${part}: ${state === "note" ? "" : `${state}: `}${step}\n`, { mode: 0o600 });
    } catch {
      // A full disk must not end the controller.
    }
  }
}

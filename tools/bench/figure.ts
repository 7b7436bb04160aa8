import type { Workbench } from "./workbench.ts";

/** One line of the table. */
export interface Figure {
  readonly what: string;
  readonly measured: string;
  /** What it is compared with; empty where the goal is a plain number. */
  readonly baseline: string;
  readonly compared: string;
  readonly goal: string;
  readonly met: boolean;
}

/** What a measurement found, and what there is to say of this run. */
export interface Finding {
  readonly figures: readonly Figure[];
  readonly notes: readonly string[];
}

/** How something is measured. */
export interface Measurement {
  readonly name: string;
  /** A few sentences for who reads the figures. */
  readonly method: string;
  measure(bench: Workbench): Promise<Finding>;
}

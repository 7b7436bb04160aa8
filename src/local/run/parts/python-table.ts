import { createHash } from "node:crypto";
import { PINS as SECANTUSDB } from "./python-pins-secantusdb.ts";

/** Parts that are programs of PyPI. */
export type PythonPartName = "secantusdb";

/** A program of PyPI, with everything that it needs. */
export interface PythonProduct {
  readonly product: string;
  readonly version: string;
  /** Scripts that it brings; all of them are needed. */
  readonly programs: readonly string[];
  /** What is imported to see that it runs here. */
  readonly imports: string;
  /** Pythons that its pins have wheels for: this and newer, below the other. */
  readonly python: { readonly least: string; readonly below: string };
  /** Requirements for pip, each with its hashes. */
  readonly pins: string;
  /** About what is downloaded. */
  readonly bytes: number;
  readonly substitutes: string | null;
}

export const PYTHON_PRODUCTS: Readonly<Record<PythonPartName, PythonProduct>> = {
  secantusdb: {
    product: "SecantusDB",
    version: "0.7.0b3",
    programs: ["secantusd-py"],
    imports: "secantus.cli",
    python: { least: "3.11", below: "3.14" },
    pins: SECANTUSDB,
    bytes: 25_500_000,
    substitutes: "MongoDB 8.0",
  },
};

export const PYTHON_PART_NAMES: readonly PythonPartName[] = ["secantusdb"];

/** Another one where another set of packages is pinned. */
export const pinsId = (name: PythonPartName): string => createHash("sha256").update(PYTHON_PRODUCTS[name].pins).digest("hex").slice(0, 8);

import { durationMeant, durationMs } from "../../kit/duration.ts";
import { sizeMb, sizeMeant } from "../../kit/size.ts";
import { quoted, text, type Reader } from "./read.ts";

export interface UnitRange {
  /** As it would be written: `"20 GB"`. */
  readonly least: string;
  readonly most: string;
  /** The smallest step, as the unit of the model: whole seconds, whole gigabytes. */
  readonly step: string;
  readonly why: string;
}

/** A duration, in the unit of its step: a step of `"1 second"` gives seconds. */
export function duration(range: UnitRange): Reader<number> {
  return unit(range, { of: durationMs, meant: durationMeant, rule: "bad-duration", noun: "a duration", example: "20 seconds" });
}

/** A size, in the unit of its step: a step of `"1 GB"` gives gigabytes. */
export function size(range: UnitRange): Reader<number> {
  return unit(range, { of: sizeMb, meant: sizeMeant, rule: "bad-size", noun: "a size", example: "512 MB" });
}

interface Unit {
  readonly of: (text: string) => number | undefined;
  readonly meant: (text: string) => string | undefined;
  readonly rule: "bad-duration" | "bad-size";
  readonly noun: string;
  readonly example: string;
}

function unit({ least, most, step, why }: UnitRange, { of, meant, rule, noun, example }: Unit): Reader<number> {
  const inSteps = (written: string) => withoutDust((of(written) ?? NaN) / (of(step) ?? NaN));
  return (value, at) => {
    if (typeof value === "number") return at.error(rule, `${value} has no unit`, `write it with its unit, in quotes: "${example}"`);
    const written = text(value, at);
    if (written === undefined) return undefined;
    const steps = inSteps(written);
    if (Number.isNaN(steps)) {
      const near = meant(written);
      return at.error(rule, `${quoted(written)} is not ${noun}`, near === undefined ? `write it like "${example}"` : `did you mean "${near}"?`);
    }
    if (steps < inSteps(least) || steps > inSteps(most)) return at.error(rule, `${quoted(written)} is out of range: ${why}`, `write "${least}" to "${most}"`);
    return Number.isInteger(steps) ? steps : at.error(rule, `${quoted(written)} is not a multiple of ${step}`, `write "${least}" to "${most}" in steps of ${step}`);
  };
}

/** 569.9999999999999 → 570: what binary fractions leave behind. */
const withoutDust = (value: number): number => (Math.abs(value - Math.round(value)) < 1e-9 ? Math.round(value) : value);

import { Failure } from "../kit/failure.ts";
import type { LogLine } from "../local/run/logs.ts";

const DEFAULT_LINES = 200;

/** One line for people, behind the name of its part. */
export const lineText = ({ part, at, text: written }: LogLine, width: number): string => `${part.padEnd(width)}  ${at === null ? "" : `${at.slice(11, 23)}  `}${written}\n`;

/** @throws Failure `usage` */
export function lineCount(written: string | undefined): number {
  const count = Number(written ?? DEFAULT_LINES);
  if (Number.isInteger(count) && count >= 0) return count;
  throw new Failure("usage", `--lines ${written} is no number of lines`, { hint: "./dailyge logs --lines 50" });
}

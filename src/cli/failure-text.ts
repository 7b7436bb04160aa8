import type { Failure } from "../kit/failure.ts";

/** What happened and why, the lines that show it, and what to type next. */
export const failureText = ({ message, details, hint }: Failure): string =>
  `dailyge: ${message}\n${details.map((line) => `  | ${line}\n`).join("")}${hint === null ? "" : `  next: ${hint}\n`}`;

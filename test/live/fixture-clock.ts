import { readFileSync } from "node:fs";

// Loaded before a program of ours (`--import`): its wall clock goes wrong by the milliseconds that a file holds. What it measures by other clocks stays right.
const Right = Date;
const now = (): number => Right.now() + Number(readFileSync(process.env["CLOCK_OFF_BY"] ?? "", "utf8"));

globalThis.Date = new Proxy(Right, {
  get: (clock, name, proxy): unknown => (name === "now" ? now : Reflect.get(clock, name, proxy)),
  construct: (clock, words: readonly unknown[], target): Date => Reflect.construct(clock, words.length === 0 ? [now()] : words, target),
});

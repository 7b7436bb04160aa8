import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Platform } from "../bench/platform.ts";
import type { Fault } from "./fault.ts";

const FULL_FOR_MS = 5_000;
/** Room that is left at first: writes fail one after the other and not all at the same moment. */
const MEGABYTES_LEFT = 1;

const data = ({ state }: Platform): string => join(state, "data");
const filling = (platform: Platform): string => join(data(platform), "filling");

const firstNumber = (program: string, ...words: readonly string[]): number => Number(/\d+/.exec(execFileSync(program, words, { encoding: "utf8" }))?.[0]);
const usedMegabytes = (directory: string): number => firstNumber("du", "-sm", directory);
const freeMegabytes = (directory: string): number => firstNumber("df", "--block-size=1M", "--output=avail", directory);

/** All data on a disk of their own, which runs full. Mounting takes root. */
export const fullDisk: Fault = {
  what: `the disk with all data is full for ${FULL_FOR_MS / 1000} s`,
  prepare: (platform) => {
    const small = `${data(platform)}-small`;
    mkdirSync(small);
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${usedMegabytes(data(platform)) + 100}m,mode=755`, "dailyge-faults", small]);
    execFileSync("cp", ["-a", `${data(platform)}/.`, small]);
    execFileSync("mount", ["--bind", small, data(platform)]);
    execFileSync("umount", [small]);
    rmdirSync(small);
  },
  act: async (platform) => {
    fill(filling(platform), freeMegabytes(data(platform)) - MEGABYTES_LEFT);
    await pause(FULL_FOR_MS);
    rmSync(filling(platform));
  },
  // What is below the mount is the data of before: what was written since has been read back.
  restore: (platform) => void spawnSync("umount", ["--lazy", data(platform)], { stdio: "ignore" }),
};

function fill(path: string, megabytes: number): void {
  const file = openSync(path, "w");
  const megabyte = Buffer.alloc(1024 * 1024);
  try {
    for (let written = 0; written < megabytes; written += 1) writeSync(file, megabyte);
  } finally {
    closeSync(file);
  }
}

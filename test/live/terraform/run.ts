import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** The first of `terraform` and `tofu` that is on the PATH. */
export function findBinary(): string | undefined {
  const directories = (process.env["PATH"] ?? "").split(delimiter);
  const candidates = ["terraform", "tofu"].flatMap((name) => directories.map((directory) => join(directory, name)));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs the binary; nothing of the person's own configuration, plugins or credentials reaches it, but what is given. */
export function run(binary: string, directory: string, reattach: string, words: readonly string[], given: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const env = { ...given, PATH: process.env["PATH"], HOME: directory, TF_REATTACH_PROVIDERS: reattach, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1" };
  return new Promise((resolve) => {
    execFile(binary, [...words, "-no-color"], { cwd: directory, env, maxBuffer: 64 * 1_024 * 1_024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : 1, output: `${stdout}${stderr}` });
    });
  });
}

import { createInterface } from "node:readline/promises";
import { isatty } from "node:tty";
import { Failure } from "../kit/failure.ts";
import type { Invocation } from "./invocation.ts";

/** What a person is to agree to. */
export interface Question {
  /** `prod`; `shared` */
  readonly directory: string;
  /** The environment whose name is asked for; null where yes is enough. */
  readonly guarded: string | null;
  /** Command line that needs nobody to be asked. */
  readonly unasked: string;
  readonly signal: AbortSignal;
}

/** Goes on only when a person agrees, or said so on the command line. @throws Failure `usage`, `cancelled` */
export async function confirm(invocation: Invocation, { directory, guarded, unasked, signal }: Question): Promise<void> {
  const named = invocation.values["confirm"];
  if (guarded !== null && named !== undefined && named !== guarded) {
    throw new Failure("usage", `nothing was changed: the environment is called ${guarded}, not ${named}`, { hint: unasked });
  }
  if (guarded !== null ? named === guarded : named !== undefined || invocation.flags.has("yes")) return;
  if (!isatty(0)) {
    const why = guarded === null ? "nobody can be asked here" : `${guarded} is guarded, and nobody can be asked here`;
    throw new Failure("usage", `nothing was changed in ${directory}: ${why}`, { hint: unasked });
  }
  const answer = await askPerson(guarded === null ? `Apply this to ${directory}? [y/N] ` : `${guarded} is guarded. To apply this, type its name: `, signal);
  if (guarded === null ? /^y(es)?$/i.test(answer) : answer === guarded) return;
  throw new Failure("cancelled", `nothing was changed in ${directory}`);
}

/** An empty answer when the person leaves. */
async function askPerson(question: string, signal: AbortSignal): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const left = new Promise<string>((resolve) => {
    prompt.once("SIGINT", () => resolve("")).once("close", () => resolve(""));
    signal.addEventListener("abort", () => resolve(""), { once: true });
  });
  try {
    return (await Promise.race([prompt.question(question, { signal }).catch(() => ""), left])).trim();
  } finally {
    prompt.close();
  }
}

import { findPython } from "../../src/local/run/parts/index.ts";
import { Failure } from "../../src/kit/failure.ts";

// Finds the program of PyPI that a test wants, in a process that the test can kill: events on stderr, the outcome on stdout.
const [cache = "", path = ""] = process.argv.slice(2);
const told = await findPython("secantusdb", { cache, path, systemDirectories: [], progress: ({ step }) => process.stderr.write(`${step}\n`) }).catch((cause: unknown) => {
  if (cause instanceof Failure) return { code: cause.code, message: cause.message, hint: cause.hint };
  throw cause;
});
process.stdout.write(JSON.stringify(told));

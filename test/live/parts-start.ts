// A start that wants parts, as a process of its own: it can be killed, interrupted, and run as somebody else.
// Arguments: a JSON object of wanted, cache, path and systemDirectories. Events go to stderr, the outcome to stdout.
import { Failure } from "../../src/kit/failure.ts";
import { findParts, type PartName } from "../../src/local/run/parts/index.ts";

interface Request {
  readonly wanted: readonly PartName[];
  readonly cache: string;
  readonly path: string;
  readonly systemDirectories?: readonly string[];
}

const request = JSON.parse(process.argv[2] ?? "{}") as Request;
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
try {
  const found = await findParts(request.wanted, {
    ...request,
    signal: stop.signal,
    progress: ({ part, step, doneBytes, totalBytes }) => console.error([part, step, doneBytes, totalBytes].join(" ")),
  });
  console.log(JSON.stringify({ found }));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.log(JSON.stringify({ failure: { code: error.code, message: error.message, hint: error.hint, details: error.details } }));
}

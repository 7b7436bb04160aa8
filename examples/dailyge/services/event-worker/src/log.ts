/** One JSON object a line on standard output. */
export function log(message: string, more: Readonly<Record<string, unknown>> = {}): void {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), message, ...more })}\n`);
}

/** What went wrong, for people; also where nothing but a code was given. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}

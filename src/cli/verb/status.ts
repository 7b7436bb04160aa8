import { Failure } from "../../kit/failure.ts";
import { readState } from "../../local/run/state.ts";
import { placeOf } from "../../local/render/place.ts";
import type { StatusReport } from "../../local/run/status.ts";
import type { Invocation } from "../invocation.ts";
import { locate, locateState } from "../locate.ts";
import { overviewTable, promisesText } from "../overview.ts";
import { ask, reach, requireOwn } from "../reach.ts";

/** What runs now. */
export async function status(invocation: Invocation): Promise<number> {
  if (invocation.values["target"] === "aws") return (await import("./status-aws.ts")).statusOnAws(invocation);
  const { state, definition } = await locateState(invocation);
  const found = await reach(state);
  const known = found ?? (await readState(placeOf(state)));
  if (known !== null) requireOwn(known, definition, state);
  const report = found?.wanted ? await ask(state, { verb: "status" }).done.catch(nothing) : null;
  if (invocation.flags.has("json")) invocation.print(`${JSON.stringify(report ?? (await nothingRuns(invocation)), null, 2)}\n`);
  else if (report === null) invocation.print("the platform is not running; next: ./dailyge up\n");
  else invocation.print(text(report, invocation.terminal));
  return 0;
}

/** What runs comes last, where one looks: the promises of a whole platform fill more than a screen. */
function text(report: StatusReport, terminal: Invocation["terminal"]): string {
  const title = `${report.platform} ${report.environment}${report.ready ? "" : ": not everything is ready"}`;
  return `${promisesText(report, terminal.columns)}\n${title}\n\n${overviewTable(report, terminal)}`;
}

/** What was asked for last may have failed before anything of it began. */
function nothing(cause: unknown): null {
  if (cause instanceof Failure && cause.code === "not-running") return null;
  throw cause;
}

/** Names come from the definition; where it cannot be read, there are none. */
async function nothingRuns(invocation: Invocation): Promise<StatusReport> {
  const located = await locate({ ...invocation, tell: () => {}, print: () => {} }).catch(() => null);
  return { platform: located?.model.shared.name ?? "", environment: located?.environment.name ?? "", ready: false, urls: {}, parts: [], refused: [], refusals: { hosts: {}, limits: {} }, schedules: [], scaling: [], promises: [] };
}

import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../kit/failure.ts";
import { nounsIn, type NounOf } from "../read/plan-noun.ts";
import { readPlan, type Plan } from "../read/plan.ts";
import type { TerraformDirectory } from "../render/index.ts";
import { requirePermission, type Guarded } from "./guard.ts";
import { diagnosticsOf, parsedLine } from "./terraform-diagnostic.ts";
import { terraformFailure, type Attempt } from "./terraform-failure.ts";
import { runTerraform, type TerraformOutcome, type TerraformProgram } from "./terraform.ts";

/** With what and where Terraform is run. */
export interface Workshop {
  readonly program: TerraformProgram;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly pluginCache: string;
  /** Directory of the directories. */
  readonly out: string;
  /** Command line that does again what is being done. */
  readonly again: string;
  readonly bootstrap: string;
}

/** What happens, for whoever looks on. */
export interface Step {
  readonly part: string;
  readonly step: string;
  readonly state: "working" | "ready" | "failed" | "note";
}

export interface PlannedDirectory {
  readonly name: string;
  readonly plan: Plan;
  readonly nounOf: NounOf;
}

export interface Planning {
  /** Where the plan is left: in a directory that nobody else can read, for it holds values of the state. */
  readonly file: string;
  /** Whether others wait meanwhile. Who may only read cannot lock. */
  readonly lock: boolean;
  /** Further words for `plan`. */
  readonly more: readonly string[];
  readonly signal: AbortSignal;
  readonly show: (step: Step) => void;
}

/** Who reads a log wants to know that it goes on, not each resource. */
const TELL_AGAIN_MS = 2_000;

/** The command line of the same program in a directory, for people. */
export const byHand = ({ program, out }: Pick<Workshop, "program" | "out">, directory: string): string => `${program.name} -chdir=${join(out, directory)}`;

export function attempt(workshop: Workshop, failed: string, directory: string): Attempt {
  return { failed, program: byHand(workshop, directory), again: workshop.again, bootstrap: `${workshop.bootstrap} ${directory === "shared" ? directory : `--environment ${directory}`}` };
}

/**
 * Compares what is written in a directory with what is there, and leaves the plan in a file.
 * @throws Failure what the world has against it; `data-guarded` where a resource that must not be destroyed would be
 */
export async function planDirectory(workshop: Workshop, rendered: TerraformDirectory, planning: Planning): Promise<PlannedDirectory> {
  const { name } = rendered;
  const trying = attempt(workshop, `${name} cannot be planned`, name);
  const run = { environment: workshop.environment, pluginCache: workshop.pluginCache, signal: planning.signal };
  const place = join(workshop.out, name);
  planning.show({ part: name, step: "preparing", state: "working" });
  expectDone(await runTerraform(workshop.program, place, ["init", "-input=false", "-no-color"], run), trying, planning.signal);
  let read = 0;
  let told = performance.now();
  const onLine = (line: string): void => {
    if (parsedLine(line)["type"] !== "refresh_complete") return;
    read += 1;
    if (performance.now() - told < TELL_AGAIN_MS) return;
    told = performance.now();
    planning.show({ part: name, step: `comparing: ${read} read`, state: "working" });
  };
  planning.show({ part: name, step: "comparing", state: "working" });
  const words = ["plan", "-input=false", "-json", `-lock=${planning.lock}`, `-out=${planning.file}`, ...planning.more];
  const planned = await runTerraform(workshop.program, place, words, { ...run, onLine });
  requirePermission(protectedIn(planned), workshop.again);
  expectDone(planned, trying, planning.signal);
  await chmod(planning.file, 0o600);
  const shown = expectDone(await runTerraform(workshop.program, place, ["show", "-json", planning.file], run), trying, planning.signal);
  planning.show({ part: name, step: "compared", state: "ready" });
  return { name, plan: readPlan(JSON.parse(shown.out)), nounOf: nounsIn(rendered.files) };
}

/** What is written with `prevent_destroy` stops Terraform before there is a plan. */
function protectedIn(outcome: TerraformOutcome): readonly Guarded[] {
  return diagnosticsOf(outcome).flatMap(({ summary, detail }) => {
    const address = /Resource (\S+) has lifecycle\.prevent_destroy set/.exec(detail.replaceAll(/\s+/g, " "))?.[1];
    return address === undefined || !/cannot be destroyed/i.test(summary) ? [] : [{ address, what: null, forcedBy: [] }];
  });
}

function expectDone(outcome: TerraformOutcome, trying: Attempt, signal: AbortSignal): TerraformOutcome {
  if (signal.aborted) throw new Failure("interrupted", `${trying.failed}: it was interrupted; nothing was changed`, { hint: trying.again });
  if (outcome.code === 0) return outcome;
  throw terraformFailure(diagnosticsOf(outcome), trying);
}

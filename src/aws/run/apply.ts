import { existsSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../kit/failure.ts";
import type { NounOf } from "../read/plan-noun.ts";
import type { PlannedChange } from "../read/plan.ts";
import { diagnosticsOf, parsedLine } from "./terraform-diagnostic.ts";
import { terraformFailure } from "./terraform-failure.ts";
import { lockHolderIn, type LockHolder } from "./terraform-lock.ts";
import { attempt, byHand, type PlannedDirectory, type Step, type Workshop } from "./terraform-plan.ts";
import { runTerraform, type TerraformOutcome } from "./terraform.ts";

export interface Applying {
  /** The plan that was shown. */
  readonly file: string;
  readonly show: (step: Step) => void;
  /** First Ctrl-C: what is begun is finished and written down. */
  readonly signal: AbortSignal;
  /** Second Ctrl-C: at once. */
  readonly abandon: AbortSignal;
}

export interface Applied {
  readonly name: string;
  readonly done: number;
  readonly seconds: number;
  /** Values that are told: name servers, addresses. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Carries out the very plan that a file holds. @throws Failure what the world had against it, with what was done and what is left to do */
export async function applyPlan(workshop: Workshop, planned: PlannedDirectory, applying: Applying): Promise<Applied> {
  const place = join(workshop.out, planned.name);
  if (existsSync(join(place, UNSAVED))) throw unsaved(workshop, planned.name, `${planned.name} is not applied: an earlier apply`, []);
  const begun = performance.now();
  const course = new Course(planned.plan.changes, planned.nounOf, applying.show);
  const outcome = await runTerraform(workshop.program, place, ["apply", "-input=false", "-json", "-auto-approve", applying.file], {
    environment: workshop.environment, pluginCache: workshop.pluginCache, onLine: course.take, signal: applying.signal,
    survives: { out: `${applying.file}.out`, errors: `${applying.file}.errors` }, abandon: applying.abandon,
  });
  const seconds = Math.round((performance.now() - begun) / 100) / 10;
  if (outcome.code === 0) return { name: planned.name, done: course.done, seconds, outputs: course.outputs };
  throw await failureOf(workshop, planned.name, outcome, course, applying);
}

async function failureOf(workshop: Workshop, name: string, outcome: TerraformOutcome, course: Course, { signal, abandon }: Applying): Promise<Failure> {
  const progress = `${course.done} of ${course.all} changes are done`;
  const trying = attempt(workshop, `${name} is not applied, ${progress}`, name);
  if (existsSync(join(workshop.out, name, UNSAVED))) {
    return unsaved(workshop, name, `${name}: ${progress}, but it`, terraformFailure(diagnosticsOf(outcome), trying).details);
  }
  if (abandon.aborted || outcome.code === null) return abandoned(workshop, name, progress, course.underWay);
  if (signal.aborted) {
    return new Failure("interrupted", `${name}: it was interrupted: ${progress}, and all of it is in the state`, { hint: `to go on: ${workshop.again}` });
  }
  return terraformFailure(diagnosticsOf(outcome), trying);
}

/** Where Terraform leaves a state that it cannot bring to its place. */
const UNSAVED = "errored.tfstate";

function unsaved(workshop: Workshop, name: string, who: string, details: readonly string[]): Failure {
  return new Failure("state-missing", `${who} could not write the state to its place`, {
    hint: `${byHand(workshop, name)} state push ${UNSAVED} && rm ${join(workshop.out, name, UNSAVED)}; then: ${workshop.again}`,
    details: [`it is in ${join(workshop.out, name, UNSAVED)}; without it Terraform does not know what it has made`, ...details],
  });
}

/** What was left in the middle is named; the lock stays, because nobody took it away. */
async function abandoned(workshop: Workshop, name: string, progress: string, underWay: readonly string[]): Promise<Failure> {
  const holder = await lockOf(workshop, name);
  const left = underWay.length === 0 ? [] : ["under way, so perhaps made and not in the state:", ...underWay.map((address) => `  ${address}`)];
  const release = holder === null ? "" : `${byHand(workshop, name)} force-unlock ${holder.id}; then: `;
  return new Failure("interrupted", `${name}: it was ended at once: ${progress} as far as we saw`, {
    hint: `${release}${workshop.again}`,
    details: [...left, holder === null ? "its lock is released" : `its lock is left, of ${holder.who} since ${holder.since}`],
  });
}

/** Who holds the lock of a directory's state, asked by an attempt to release a lock that there is not. */
async function lockOf(workshop: Workshop, name: string): Promise<LockHolder | null> {
  const { out, errors } = await runTerraform(workshop.program, join(workshop.out, name), ["force-unlock", "-force", "none"], { environment: workshop.environment });
  return lockHolderIn(`${out}\n${errors}`);
}

const DOING: Readonly<Record<string, string>> = { create: "creating", update: "changing", delete: "destroying", read: "reading" };

/** How far an apply is: one line for each noun, with how many of its changes are done. */
class Course {
  done = 0;
  readonly all: number;
  outputs: Readonly<Record<string, unknown>> = {};
  readonly #nounOf: NounOf;
  readonly #show: (step: Step) => void;
  /** By noun: changes that are wanted and done. A replacement is done when its second half is. */
  readonly #counts = new Map<string, { readonly all: number; done: number; failed: boolean }>();
  readonly #halves = new Map<string, number>();
  readonly #underWay = new Map<string, string>();

  constructor(changes: readonly PlannedChange[], nounOf: NounOf, show: (step: Step) => void) {
    const acting = changes.filter(({ action }) => action !== "none" && action !== "forget");
    this.all = acting.length;
    this.#nounOf = nounOf;
    this.#show = show;
    for (const { address, action } of acting) {
      const noun = nounOf(address);
      this.#counts.set(noun, { all: (this.#counts.get(noun)?.all ?? 0) + 1, done: 0, failed: false });
      this.#halves.set(address, action === "replace" ? 2 : 1);
    }
  }

  /** Addresses that were begun and not ended. */
  get underWay(): readonly string[] {
    return [...this.#underWay.keys()];
  }

  /** Takes a line of `apply -json`. https://developer.hashicorp.com/terraform/internals/machine-readable-ui#operation-messages */
  readonly take = (line: string): void => {
    const { type, hook, outputs } = parsedLine(line);
    if (type === "outputs") this.outputs = valuesOf(outputs);
    const { resource, action } = fields(hook);
    const address = fields(resource)["addr"];
    if (typeof address !== "string" || typeof action !== "string" || action === "read") return;
    if (type === "apply_start") this.#begun(address, DOING[action] ?? action);
    else if (type === "apply_complete") this.#ended(address, false);
    else if (type === "apply_errored") this.#ended(address, true);
  };

  #begun(address: string, doing: string): void {
    this.#underWay.set(address, doing);
    this.#tell(this.#nounOf(address));
  }

  #ended(address: string, failed: boolean): void {
    this.#underWay.delete(address);
    const noun = this.#nounOf(address);
    const count = this.#counts.get(noun) ?? { all: 1, done: 0, failed: false };
    this.#counts.set(noun, count);
    const left = (this.#halves.get(address) ?? 1) - 1;
    this.#halves.set(address, left);
    if (failed) count.failed = true;
    else if (left <= 0) {
      count.done += 1;
      this.done += 1;
    }
    this.#tell(noun);
  }

  #tell(noun: string): void {
    const { all, done, failed } = this.#counts.get(noun) ?? { all: 0, done: 0, failed: false };
    const [address, doing] = [...this.#underWay].findLast(([each]) => this.#nounOf(each) === noun) ?? [];
    if (address !== undefined) return this.#show({ part: noun, step: `${done}/${all} ${doing} ${address.replace(/^aws_/, "")}`, state: "working" });
    if (failed) return this.#show({ part: noun, step: `${done}/${all} done, the rest failed`, state: "failed" });
    this.#show({ part: noun, step: `${done}/${all} done`, state: done === all ? "ready" : "working" });
  }
}

const fields = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {});

const valuesOf = (outputs: unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields(outputs)).filter(([, output]) => fields(output)["sensitive"] !== true).map(([name, output]) => [name, fields(output)["value"]]));

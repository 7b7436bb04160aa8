import { adopting } from "../../aws/render/adopt.ts";
import { bootstrapDirectory, renderBootstrap } from "../../aws/render/bootstrap.ts";
import type { TerraformDirectory } from "../../aws/render/index.ts";
import { statePlace } from "../../aws/render/state-bucket.ts";
import { requireAccount } from "../../aws/run/account.ts";
import { applyPlan } from "../../aws/run/apply.ts";
import { findStateBucket, makeStateBucket } from "../../aws/run/bootstrap.ts";
import { findLeft } from "../../aws/run/bootstrap-left.ts";
import { awsSettings } from "../../aws/run/clients.ts";
import { writeDirectories } from "../../aws/run/plan.ts";
import { Failure } from "../../kit/failure.ts";
import type { Model } from "../../model/model.ts";
import { confirm } from "../confirm.ts";
import type { Invocation } from "../invocation.ts";
import { locate, type Located } from "../locate.ts";
import { counts, planText, shownPlan, type ShownPlan } from "../plan-text.ts";
import { working, type Work } from "../terraform-work.ts";
import { again } from "../terraform-write.ts";

/** Makes what an account needs before anything else: the bucket for states, and roles for workflows and for other accounts. Safe to run again at any time. */
export async function bootstrap(invocation: Invocation): Promise<number> {
  const located = await locate(invocation);
  const account = accountMeant(invocation, located);
  const out = invocation.values["out"] ?? "terraform";
  const rendered = [renderBootstrap(located.model, account)];
  const files = await writeDirectories(rendered, out);
  const done = await working(invocation, { located, out, rendered, files, permitted: [], all: false }, async (work) => {
    requireAccount(work.identity, account, bootstrapDirectory(account), work.workshop.again);
    work.view.tell(`account ${account}, as ${work.identity.arn}\n`);
    return { bucket: await bucketFor(invocation, work, located.model, account), ...(await applied(invocation, work, located.model, account)) };
  });
  if (invocation.flags.has("json")) invocation.print(`${JSON.stringify({ account, ...done }, null, 2)}\n`);
  else invocation.print(`${bootstrapDirectory(account)}: ${counts(done.shown)}\n${next(located.model, account)}`);
  return 0;
}

/** The account of the environment, or with the word `shared` the one that holds what environments share. @throws Failure `usage` */
function accountMeant({ words: [only, ...more] }: Invocation, { model: { shared }, environment }: Located): string {
  if (more.length > 0 || (only !== undefined && only !== "shared")) {
    throw new Failure("usage", "bootstrap takes at most the word shared", { hint: `./dailyge bootstrap --environment ${environment.name}` });
  }
  const account = only === "shared" ? shared.account : environment.account;
  if (account !== null) return account;
  const where = only === "shared" ? 'account: "111122223333"' : `environments: { ${environment.name}: { account: "111122223333" } }`;
  throw new Failure("usage", `the definition does not say in which AWS account ${only ?? environment.name} is`, { hint: `write it there: ${where}; aws sts get-caller-identity tells it` });
}

/** Makes the bucket where it is not yet, and says whether that was so. */
async function bucketFor(invocation: Invocation, work: Work, { shared }: Model, account: string): Promise<"made" | "found"> {
  const { view, workshop } = work;
  const place = statePlace(shared, account, bootstrapDirectory(account));
  const settings = awsSettings(shared.region, process.env);
  const trying = { failed: "the bucket for states cannot be made", again: workshop.again };
  view.show({ part: "bucket", step: "looking for it", state: "working" });
  const found = await findStateBucket(settings, place, trying);
  if (found === "ready") {
    view.show({ part: "bucket", step: "there", state: "ready" });
    return "found";
  }
  view.finish();
  view.tell(`${place.bucket} ${found === "missing" ? "is to be made, for Terraform's states" : "was begun, and is to be finished"}\n`);
  await agreed(invocation, work, place.bucket);
  view.show({ part: "bucket", step: "making it", state: "working" });
  await makeStateBucket(settings, place, trying);
  view.show({ part: "bucket", step: "made", state: "ready" });
  return "made";
}

/** Plans the rest, shows it, and carries it out. */
async function applied(invocation: Invocation, work: Work, model: Model, account: string): Promise<{ readonly shown: ShownPlan; readonly done: number }> {
  const { view, workshop, interrupts, reachable: [rendered] } = work;
  if (!rendered) throw new Error("bootstrap has one directory");
  interrupts.words = ["interrupted: nothing is changed any more", "interrupted"];
  const { planned, file } = await planWhole(work, rendered, model, account);
  const shown = shownPlan(planned.name, planned.plan.changes, planned.nounOf);
  view.finish();
  view.tell(`\n${planText(shown, invocation.terminal.columns)}`);
  if (shown.changes.length === 0) return { shown, done: 0 };
  await agreed(invocation, work, rendered.name);
  interrupts.words = ["interrupted: what has begun is finished and written down; Ctrl-C again ends it at once", "ending it at once"];
  const { done } = await applyPlan(workshop, planned, { file, show: view.show, signal: interrupts.signal, abandon: interrupts.abandon });
  view.finish();
  await writeDirectories([rendered], workshop.out);
  return { shown, done };
}

/** A plan that takes over what an earlier run made and could not write down. */
async function planWhole(work: Work, rendered: TerraformDirectory, { shared }: Model, account: string): ReturnType<Work["plan"]> {
  const { workshop } = work;
  const first = await work.plan(rendered, true);
  const left = await findLeft(first.planned.plan, {
    settings: awsSettings(shared.region, process.env), platform: shared.name, account, rendered, trying: { failed: `${rendered.name} cannot be applied`, again: workshop.again },
  });
  if (left.length === 0) return first;
  const whole = adopting(rendered, left);
  await writeDirectories([whole], workshop.out);
  return work.plan(whole, true);
}

const agreed = (invocation: Invocation, { interrupts }: Work, what: string): Promise<void> =>
  confirm(invocation, { directory: what, guarded: null, unasked: `${again(invocation)} --yes`, signal: interrupts.signal });

/** What is left to do, in the order in which it is done. */
function next({ shared, environments }: Model, account: string): string {
  const others = environments.filter((environment) => environment.account !== null && environment.account !== account);
  const lines = [
    ...(shared.account !== null && shared.account !== account ? ["./dailyge bootstrap shared"] : []),
    ...others.filter((other) => other.account !== shared.account).map(({ name }) => `./dailyge bootstrap --environment ${name}`),
  ];
  const there = lines.length === 0 ? "" : `the other accounts, with their credentials, unless it was done:\n${lines.map((line) => `  ${line}\n`).join("")}`;
  const [here] = environments.filter((environment) => environment.account === account);
  return `${there}next:\n  ./dailyge apply ${here === undefined ? "shared" : `--environment ${here.name}`}\n`;
}

import { resolve } from "node:path";
import { differencesOf } from "../../aws/render/differences.ts";
import { floatingImages } from "../../aws/render/image.ts";
import { mayHaveCredentials } from "../../aws/run/account-credentials.ts";
import { findTerraform } from "../../aws/run/terraform.ts";
import { Failure } from "../../kit/failure.ts";
import { brokenRules, brokenRulesText } from "../broken-rules.ts";
import type { Invocation } from "../invocation.ts";
import { counts, planText, shownPlan, type ShownPlan } from "../plan-text.ts";
import { wrap } from "../table.ts";
import type { Work } from "../terraform-work.ts";
import { again, write, type Written } from "../terraform-write.ts";

/** What is known of a directory: its plan, or why there is none. */
type Answer = ShownPlan | { readonly directory: string; readonly changes: null; readonly because: string };

/** Writes the platform as Terraform, and says what an apply would change where there are credentials to ask with. */
export async function plan(invocation: Invocation): Promise<number> {
  const written = await write(invocation, true);
  const json = invocation.flags.has("json");
  if (!json) invocation.print(writtenText(written, invocation.terminal.columns));
  const only = whyOnlyWritten(invocation);
  if (only === null) {
    // Loaded only here: most of what it needs is not needed to write.
    const { working } = await import("../terraform-work.ts");
    const { account, answers } = await working(invocation, written, compareAll).catch(withWayOut);
    if (json) invocation.print(planJson(written, { account, changes: answers }));
    else invocation.print(answersText(invocation, account, answers));
    return 0;
  }
  if (json) invocation.print(planJson(written, { account: null, changes: null }));
  else invocation.print(byHandText(written));
  if (only !== "") invocation.tell(`${wrap(`Only written, not compared with AWS: ${only}`, invocation.terminal.columns, "")}\n`);
  return 0;
}

/** Null when AWS can be asked; empty when that is not wanted. */
function whyOnlyWritten({ flags }: Invocation): string | null {
  if (flags.has("offline")) return "";
  if (findTerraform(process.env["PATH"] ?? "") === undefined) return "neither tofu nor terraform is on the PATH: https://opentofu.org/docs/intro/install";
  return mayHaveCredentials(process.env) ? null : "there are no AWS credentials here; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.";
}

async function compareAll(work: Work): Promise<{ readonly account: string; readonly answers: readonly Answer[] }> {
  const answers: Answer[] = work.elsewhere.map(({ directory, account }) => ({ directory, changes: null, because: `it is in account ${account}` }));
  let sharedIsNew = false;
  for (const rendered of work.reachable) {
    try {
      const { planned } = await work.plan(rendered, false);
      answers.push(shownPlan(planned.name, planned.plan.changes, planned.nounOf));
      if (planned.name === "shared") sharedIsNew = planned.plan.changes.some(({ action }) => action === "create");
    } catch (cause) {
      // An environment looks up what is shared: before that is there, it cannot be compared.
      if (!sharedIsNew || !(cause instanceof Failure) || cause.code !== "terraform-failed") throw cause;
      answers.push({ directory: rendered.name, changes: null, because: `shared comes first (${cause.message})` });
    }
  }
  return { account: work.identity.account, answers };
}

/** What is written is there already: only asking AWS has failed. */
function withWayOut(cause: unknown): never {
  if (!(cause instanceof Failure) || !["credentials-missing", "credentials-expired", "network", "state-missing", "account-wrong", "terraform-old"].includes(cause.code)) throw cause;
  const hint = `${cause.hint === null ? "" : `${cause.hint}; `}without AWS: ./dailyge plan --offline`;
  throw new Failure(cause.code, cause.message, { hint, details: cause.details, cause });
}

/** A document that programs read: fields are added to it, not renamed. */
function planJson({ located: { model }, out, files, rendered }: Written, compared: { readonly account: string | null; readonly changes: readonly Answer[] | null }): string {
  const { directories, written, unchanged, removed } = files;
  const program = findTerraform(process.env["PATH"] ?? "")?.name ?? null;
  const differences = differencesOf(model).filter(({ environments }) => environments.some((name) => rendered.some((one) => one.name === name)));
  return `${JSON.stringify({ directory: resolve(out), directories, written, unchanged, removed, differences, brokenRules: brokenRules(rendered), floatingImages: floatingImages(model), program, ...compared }, null, 2)}\n`;
}

function writtenText({ located: { model }, out, files: { written, unchanged, removed }, rendered }: Written, columns: number): string {
  const count = (files: readonly string[], what: string): string => `${files.length} file${files.length === 1 ? "" : "s"} ${what}`;
  const chosen = rendered.map(({ name }) => name);
  const lines = [`${out}: ${[count(written, "written"), count(unchanged, "unchanged"), count(removed, "removed")].join(", ")}`, ...removed.map((path) => `  removed ${path}`)];
  const differences = differencesOf(model).flatMap(({ part, says, environments }) => {
    const where = environments.filter((name) => chosen.includes(name));
    const all = where.length === model.environments.length;
    return where.length === 0 ? [] : [`  ${wrap(`${part}${all ? "" : ` (${where.join(", ")})`}: ${says}`, columns - 2, "    ")}`];
  });
  const floating = floatingImages(model).map(({ use, architecture }) => `${use} ${architecture}`);
  const unpinned = floating.length === 0 ? [] : [wrap(`not pinned: the image of ${floating.join(" and of ")} is whichever is the newest on the day of an apply; ./dailyge update chooses one`, columns, "  ")];
  return `${[...lines, ...(differences.length > 0 ? ["not on AWS as it is written:", ...differences] : []), ...brokenRulesText(brokenRules(rendered), columns), ...unpinned].join("\n")}\n`;
}

function byHandText({ out, files: { directories } }: Written): string {
  const name = findTerraform(process.env["PATH"] ?? "")?.name ?? "terraform";
  return `next, in this order:\n${directories.map((one) => `  ${name} -chdir=${out}/${one} init && ${name} -chdir=${out}/${one} plan\n`).join("")}`;
}

function answersText(invocation: Invocation, account: string, answers: readonly Answer[]): string {
  const { columns } = invocation.terminal;
  const texts = answers.map((answer) => (answer.changes === null ? `${wrap(`${answer.directory}: not compared: ${answer.because}`, columns, "  ")}\n` : planText(answer, columns)));
  const changing = answers.some((answer) => answer.changes !== null && counts(answer) !== "nothing to change");
  const next = changing ? `next: ${again({ ...invocation, verb: "apply" })}\n` : "";
  return `\ncompared with account ${account}:\n${texts.join("")}${next}`;
}

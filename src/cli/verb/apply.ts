import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TerraformDirectory } from "../../aws/render/index.ts";
import { applyPlan, type Applied } from "../../aws/run/apply.ts";
import { awsSettings } from "../../aws/run/clients.ts";
import type { UsersRun } from "../../aws/run/database-users.ts";
import { requirePermission, unpermitted } from "../../aws/run/guard.ts";
import type { PlannedDirectory } from "../../aws/run/terraform-plan.ts";
import { Failure } from "../../kit/failure.ts";
import { confirm } from "../confirm.ts";
import type { Invocation } from "../invocation.ts";
import { counts, planText, shownPlan, type ShownPlan } from "../plan-text.ts";
import { wrap } from "../table.ts";
import { working, type Work } from "../terraform-work.ts";
import { accountOf, again, write, type Written } from "../terraform-write.ts";

/** What became of a directory. */
interface Done extends ShownPlan {
  readonly applied: Omit<Applied, "outputs"> | null;
  /** To be set at the registrar, where its zone is new. */
  readonly nameServers: readonly string[];
}

/** Brings AWS to what the definition says: what is shared first, then the environment, each after showing what changes. */
export async function apply(invocation: Invocation): Promise<number> {
  const written = await write(invocation, false);
  const done = await working(invocation, written, async (work) => {
    work.view.tell(`account ${work.identity.account}, as ${work.identity.arn}\n`);
    for (const { directory, account } of work.elsewhere) work.view.tell(`${directory} is left as it is: it is in account ${account}\n`);
    const directories: Done[] = [];
    const used = new Set<string>();
    for (const rendered of work.reachable) {
      const one = await applyDirectory(invocation, written, work, { rendered, used, last: rendered === work.reachable.at(-1) });
      directories.push(one);
      // Before the next one: what waits for the new zone's names would wait for good.
      (invocation.flags.has("json") ? work.view.tell : invocation.print)(doneText(invocation, written, one));
    }
    return { account: work.identity.account, directories, users: await makeUsers(written, work) };
  });
  for (const name of keptHere(written)) {
    invocation.tell(`${wrap(`${name}: its state is kept in ${join(written.out, name, LOCAL_STATE)}, on this machine alone, because the definition names no account`, invocation.terminal.columns, "  ")}\n`);
  }
  if (invocation.flags.has("json")) invocation.print(`${JSON.stringify(done, null, 2)}\n`);
  else invocation.print(done.users.map(({ database, state }) => `database ${database}: its users are ${state}\n`).join(""));
  return 0;
}

const LOCAL_STATE = "terraform.tfstate";

/** Directories whose state nobody else has. */
const keptHere = ({ located: { model }, out, rendered }: Written): readonly string[] =>
  rendered.map(({ name }) => name).filter((name) => accountOf(model, name) === null && existsSync(join(out, name, LOCAL_STATE)));

interface Turn {
  readonly rendered: TerraformDirectory;
  /** What `--destroy` named and a plan did destroy. */
  readonly used: Set<string>;
  readonly last: boolean;
}

async function applyDirectory(invocation: Invocation, written: Written, work: Work, { rendered, used, last }: Turn): Promise<Done> {
  const { view, workshop, interrupts } = work;
  interrupts.words = ["interrupted: nothing is changed any more", "interrupted"];
  if (interrupts.signal.aborted) throw new Failure("interrupted", `${rendered.name} was not begun: it was interrupted`, { hint: workshop.again });
  const { planned, file } = await work.plan(rendered, true);
  const shown = shownPlan(planned.name, planned.plan.changes, planned.nounOf);
  view.finish();
  view.tell(`\n${planText(shown, invocation.terminal.columns)}`);
  requirePermission(unpermitted(planned.plan, written.permitted), workshop.again);
  for (const { address, action } of shown.changes) if (action === "replace" || action === "destroy") used.add(address);
  if (last) requireUsed(invocation, written.permitted, used);
  const { changes, outputsChange } = planned.plan;
  if (changes.length === 0 && !outputsChange) return { ...shown, applied: null, nameServers: [] };
  if (changes.length > 0) await agreed(invocation, written, work, planned.name);
  interrupts.words = ["interrupted: what has begun is finished; Ctrl-C again ends it at once", "ending it at once"];
  const { outputs, ...applied } = await applyPlan(workshop, planned, { file, show: view.show, signal: interrupts.signal, abandon: interrupts.abandon });
  view.finish();
  return { ...shown, applied, nameServers: newNameServers(planned, outputs) };
}

/** Databases of RDS get their users from a task inside the network, which Terraform cannot run. */
async function makeUsers({ located: { model, environment } }: Written, { reachable, workshop, interrupts, view }: Work): Promise<readonly UsersRun[]> {
  const users = environment.databases.some((database) => database.engine === "mysql" && database.usedBy.length > 0);
  if (!users || !reachable.some(({ name }) => name === environment.name)) return [];
  interrupts.words = ["interrupted: it is not waited for any more", "interrupted"];
  const { runDatabaseUsers } = await import("../../aws/run/database-users.ts");
  const settings = awsSettings(model.shared.region, process.env);
  return runDatabaseUsers({ shared: model.shared, environment, settings, signal: interrupts.signal, report: view.show, again: workshop.again });
}

/** A name that fits nothing was probably meant to fit something. */
function requireUsed(invocation: Invocation, permitted: readonly string[], used: ReadonlySet<string>): void {
  const [first] = permitted.filter((address) => !used.has(address));
  if (first === undefined) return;
  const others = again({ ...invocation, lists: { destroy: permitted.filter((address) => address !== first) } });
  throw new Failure("usage", `--destroy ${first}: nothing would destroy it`, { hint: `leave it out: ${others}` });
}

async function agreed(invocation: Invocation, { located: { environment } }: Written, { interrupts }: Work, directory: string): Promise<void> {
  const guarded = directory === environment.name && environment.guarded ? environment.name : null;
  const unasked = `${again(invocation)} ${environment.guarded && !invocation.words.includes("shared") ? `--confirm ${environment.name}` : "--yes"}`;
  await confirm(invocation, { directory, guarded, unasked, signal: interrupts.signal });
}

function newNameServers({ plan }: PlannedDirectory, outputs: Applied["outputs"]): readonly string[] {
  const isNew = plan.changes.some(({ type, action }) => type === "aws_route53_zone" && (action === "create" || action === "replace"));
  const told = outputs["name_servers"];
  return isNew && Array.isArray(told) ? told.map(String) : [];
}

function doneText({ terminal: { columns } }: Invocation, { located: { model } }: Written, done: Done): string {
  const what = done.applied === null ? "as defined, nothing to change" : `${counts(done)} in ${done.applied.seconds} s`;
  const servers = done.nameServers.length === 0 ? [] : [
    wrap(`the zone of ${model.shared.domain} is new: set these name servers at the domain's registrar now; until then certificates are waited for:`, columns, ""),
    ...done.nameServers.map((name) => `  ${name}`),
  ];
  return `${[`${done.directory}: ${what}`, ...servers].join("\n")}\n`;
}

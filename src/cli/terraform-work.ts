import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TerraformDirectory } from "../aws/render/index.ts";
import { identify, requireAccount, type Identity } from "../aws/run/account.ts";
import { awsSettings } from "../aws/run/clients.ts";
import { storedPlanWords } from "../aws/render/stored-plan.ts";
import { planDirectory, type PlannedDirectory, type Workshop } from "../aws/run/terraform-plan.ts";
import { requireTerraform } from "../aws/run/terraform.ts";
import { Interrupts } from "./interrupts.ts";
import type { Invocation } from "./invocation.ts";
import { cacheHome } from "./locate.ts";
import { ProgressView } from "./progress.ts";
import { accountOf, again, type Written } from "./terraform-write.ts";

/** Everything that is needed to compare with AWS, made ready and checked. */
export interface Work {
  readonly workshop: Workshop;
  readonly identity: Identity;
  /** Those of them that the credentials are for. */
  readonly reachable: readonly TerraformDirectory[];
  /** The others, each with its account. */
  readonly elsewhere: readonly { readonly directory: string; readonly account: string }[];
  readonly interrupts: Interrupts;
  readonly view: ProgressView;
  /** Compares a directory; its plan is left in the file. */
  plan(rendered: TerraformDirectory, lock: boolean): Promise<{ readonly planned: PlannedDirectory; readonly file: string }>;
}

/**
 * Runs what compares with AWS, in a place of its own that nobody else can read and that is gone afterwards, whatever happens.
 * @throws Failure without a program or credentials, or with credentials of another account
 */
export async function working<Result>(invocation: Invocation, { located: { model }, out, rendered, all }: Written, act: (work: Work) => Promise<Result>): Promise<Result> {
  const program = await requireTerraform(process.env);
  const command = again(invocation);
  const identity = await identify(awsSettings(model.shared.region, process.env), { failed: "AWS was not asked anything", again: command });
  const wanted = (directory: string): string | null => accountOf(model, directory);
  const fits = ({ name }: TerraformDirectory): boolean => [null, identity.account].includes(wanted(name));
  // What is shared may be in another account than the environment that is asked for, which comes last.
  const main = (all ? rendered.findLast(fits) : undefined) ?? rendered.at(-1);
  if (main) requireAccount(identity, wanted(main.name), main.name, command);
  sweep();
  const place = mkdtempSync(join(tmpdir(), `${PLACE}${process.pid}-`));
  const clean = (): void => rmSync(place, { recursive: true, force: true });
  const interrupts = new Interrupts(invocation.tell);
  const view = new ProgressView({ tell: interrupts.tell, terminal: invocation.terminal });
  process.on("exit", clean);
  const workshop: Workshop = {
    program, environment: process.env, pluginCache: join(cacheHome(), "terraform-plugins"), out, again: command, bootstrap: "./dailyge bootstrap",
  };
  const work: Work = {
    workshop, identity, interrupts, view,
    reachable: rendered.filter(fits),
    elsewhere: rendered.filter((one) => !fits(one)).map(({ name }) => ({ directory: name, account: wanted(name) ?? "" })),
    plan: async (one, lock) => {
      const file = join(place, `${one.name}.plan`);
      const more = invocation.flags.has("stored") ? storedPlanWords(model, one.name) : [];
      return { planned: await planDirectory(workshop, one, { file, lock, more, signal: interrupts.signal, show: view.show }), file };
    },
  };
  try {
    return await act(work);
  } finally {
    view.close();
    interrupts.release();
    clean();
    process.off("exit", clean);
  }
}

const PLACE = "dailyge-plan-";

/** Takes away what those left who were killed: plans hold values of the state. */
function sweep(): void {
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(PLACE))) {
    const pid = Number(name.slice(PLACE.length).split("-")[0]);
    if (!Number.isInteger(pid) || isThere(pid)) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // It is somebody else's, and for him to take away.
    }
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

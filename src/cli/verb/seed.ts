import { createInterface } from "node:readline/promises";
import { isatty } from "node:tty";
import { Failure } from "../../kit/failure.ts";
import type { Environment } from "../../model/model.ts";
import type { Service } from "../../model/service.ts";
import type { Invocation } from "../invocation.ts";
import { locateState } from "../locate.ts";
import { ask, reachRunning, requireOwn } from "../reach.ts";
import { runBeside } from "./exec.ts";

/** Runs the team's own `seed` commands, in the order of the definition; ends at the first that fails. */
export async function seed(invocation: Invocation): Promise<number> {
  const [name, ...more] = invocation.words;
  if (more.length > 0) throw new Failure("usage", "seed takes the name of one service, or none for all", { hint: "./dailyge seed api" });
  const { state, definition } = await locateState(invocation);
  const running = await reachRunning(state);
  requireOwn(running, definition, state);
  if (running.wanted === null) return 0;
  const { environment } = running.wanted;
  const seeded = chosen(environment, name);
  if (environment.guarded) await requireItsName(invocation, environment.name);
  for (const { service, command } of seeded) {
    invocation.tell(`${service}: ${command}\n`);
    const code = await runBeside(await ask(state, { verb: "surroundings", name: service }).done, ["/bin/sh", "-c", command]);
    if (code !== 0) throw new Failure("seed-failed", `cannot seed ${service}: "${command}" ended with ${code}`, { hint: `correct it, release it with ./dailyge deploy ${service}, then: ./dailyge seed ${service}` });
  }
  return 0;
}

function chosen({ services }: Environment, name: string | undefined): readonly { readonly service: string; readonly command: string }[] {
  const hint = 'say how to fill its databases: seed: "node seed.js"';
  if (name !== undefined && !services.some((service) => service.name === name)) {
    throw new Failure("unknown-name", `there is no service ${name} in what runs`, { hint: `it has: ${services.map((service) => service.name).join(", ") || "none"}` });
  }
  const asked: readonly Service[] = name === undefined ? services : services.filter((service) => service.name === name);
  const seeded = asked.flatMap((service) => (service.seed === null ? [] : [{ service: service.name, command: service.seed }]));
  if (seeded.length === 0) throw new Failure("usage", name === undefined ? "no service of what runs has a seed command" : `${name} has no seed command`, { hint });
  return seeded;
}

/** In a guarded environment nothing is filled by a slip of the hand. */
async function requireItsName(invocation: Invocation, environment: string): Promise<void> {
  const hint = `./dailyge seed --environment ${environment} --confirm ${environment}`;
  const given = invocation.values["confirm"];
  if (given === environment) return;
  if (given !== undefined) throw new Failure("usage", `nothing was seeded: the environment is called ${environment}, not ${given}`, { hint });
  if (!isatty(0)) throw new Failure("usage", `${environment} is guarded: nothing was seeded, and nobody can be asked here`, { hint });
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`${environment} is guarded. To seed it, type its name: `);
  prompt.close();
  if (answer.trim() !== environment) throw new Failure("cancelled", "nothing was seeded: that is not its name");
}

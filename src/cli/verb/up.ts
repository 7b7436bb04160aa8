import { Failure } from "../../kit/failure.ts";
import { placeOf } from "../../local/render/place.ts";
import { serviceSecret } from "../../local/render/address.ts";
import { secretStore } from "../../local/run/secret-store.ts";
import type { Finding } from "../../model/finding.ts";
import type { Invocation } from "../invocation.ts";
import { locate, tellFindings, type Located } from "../locate.ts";
import { overviewTable } from "../overview.ts";
import { ProgressView } from "../progress.ts";
import { ask, reach, reachController, takeDown } from "../reach.ts";
import { Watching } from "../watching.ts";

/** Brings the platform up and stays with it, or leaves it running with `--detach`. */
export async function up(invocation: Invocation): Promise<number> {
  if (invocation.flags.has("watch") && invocation.flags.has("detach")) throw new Failure("usage", "up --watch stays with the platform: it cannot --detach", { hint: "./dailyge up --watch" });
  const located = await locate(invocation);
  const edgePort = portOption(invocation.values["port"]);
  const missing = await missingSecrets(located);
  if (missing.length > 0) {
    tellFindings(invocation, missing, invocation.values["platform"] ?? located.definition);
    return 1;
  }
  const view = new ProgressView(invocation);
  const hands = new Hands(located.state, view);
  const watching = invocation.flags.has("watch") ? await Watching.begin(view.tell, located) : null;
  try {
    await reachController(located.state);
    const { sources, definition, model, environment } = located;
    const call = ask(located.state, { verb: "up", definition, wanted: { shared: model.shared, environment, sources }, edgePort, exact: invocation.flags.has("exact") }, view.show);
    const report = await hands.or(watching === null ? call.done : call.done.catch(watching.firstTrouble));
    if (report === null) return 130;
    view.finish();
    if (invocation.flags.has("json")) invocation.print(`${JSON.stringify(report, null, 2)}\n`);
    else invocation.print(`\n${overviewTable(report, invocation.terminal)}\n`);
    if (invocation.flags.has("detach")) return report.ready ? 0 : 2;
    invocation.tell(`${watching === null ? "" : "Changed sources are released as they are written.\n"}It runs until Ctrl-C. See also: ./dailyge status, ./dailyge logs -f\n`);
    await Promise.race([stay(located.state, hands, view), ...(watching === null ? [] : [watching.run()])]);
    return 0;
  } catch (cause) {
    if (!invocation.flags.has("detach") && !hands.used) await hands.end();
    throw cause;
  } finally {
    watching?.close();
    hands.release();
    view.close();
  }
}

/** Tells what happens until Ctrl-C; a controller that is killed is followed by another one. */
async function stay(state: string, hands: Hands, view: ProgressView): Promise<void> {
  for (;;) {
    const ended = await hands.or(ask(state, { verb: "watch" }, view.show).done.catch(() => null));
    if (hands.used || ended !== null) return;
    const found = await hands.or(reach(state).catch(() => null));
    if (hands.used) return;
    if (found === null || found.wanted === null) return view.show({ part: "platform", state: "note", step: "was taken down" });
    view.show({ part: "controller", state: "note", step: "was gone; a new one has taken over" });
  }
}

/** The hands on the keyboard: the first Ctrl-C stops everything in order, a second one at once. */
class Hands {
  used = false;
  readonly #state: string;
  readonly #view: ProgressView;
  readonly #stopped = Promise.withResolvers<null>();
  #presses = 0;

  constructor(state: string, view: ProgressView) {
    this.#state = state;
    this.#view = view;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, this.#press);
  }

  readonly #press = (): void => {
    this.used = true;
    this.#presses += 1;
    if (this.#presses > 2) return;
    this.#view.tell(this.#presses === 1 ? "\nstopping; Ctrl-C again stops at once\n" : "\nstopping at once\n");
    this.end(this.#presses > 1).then(() => this.#stopped.resolve(null), this.#stopped.reject);
  };

  /** Takes the platform down. */
  async end(atOnce = false): Promise<void> {
    await takeDown(this.#state, atOnce, this.#view.show).catch((error: unknown) => {
      if (!(error instanceof Failure && error.code === "controller-unreachable")) throw error;
    });
  }

  /** What is waited for, or null once it was stopped by hand. */
  async or<Value>(wait: Promise<Value>): Promise<Value | null> {
    const outcome = await Promise.race([wait.catch((error: unknown) => (this.used ? this.#stopped.promise : Promise.reject(error))), this.#stopped.promise]);
    return this.used ? this.#stopped.promise : outcome;
  }

  release(): void {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, this.#press);
  }
}

function portOption(written: string | undefined): number | null {
  if (written === undefined) return null;
  const port = Number(written);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Failure("usage", `--port ${written} is no port`, { hint: "./dailyge up --port 8080" });
}

/** Secrets that a person has to set and has not, as findings with the command that sets each. */
async function missingSecrets({ environment, state }: Located): Promise<readonly Finding[]> {
  const store = secretStore(placeOf(state).secrets);
  const findings: Finding[] = [];
  for (const service of environment.services) {
    for (const [index, { name, generated }] of service.secrets.entries()) {
      if (generated || (await store.get(serviceSecret(service.name, name))) !== null) continue;
      findings.push({
        rule: "missing-secret",
        severity: "error",
        path: `services.${service.name}.secrets[${index}]`,
        environments: [environment.name],
        message: `the secret ${name} has no value on this machine`,
        fix: `set it: ./dailyge secret set ${service.name} ${name}`,
      });
    }
  }
  return findings;
}

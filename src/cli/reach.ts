import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../kit/failure.ts";
import { placeOf } from "../local/render/place.ts";
import { call, type Call, type Request } from "../local/run/protocol.ts";
import type { Progress } from "../local/run/stage.ts";
import { writeWhole } from "../local/run/files.ts";
import { lockHolder } from "../local/run/lock.ts";
import { bootId, isAlive } from "../local/run/process-table.ts";
import { controlSocket } from "../local/run/sockets.ts";
import { belongsToAnother, readState, type State } from "../local/run/state.ts";
import { until } from "../local/run/supervisor.ts";
import { cacheHome } from "./locate.ts";
import { controllerVersion } from "./version.ts";

const nothing = (): void => {};

/** Asks the controller of a state directory. It must have been reached before. */
export const ask = <Verb extends Request["verb"]>(state: string, request: Extract<Request, { readonly verb: Verb }>, progress: (event: Progress) => void = nothing): Call<Verb> =>
  call<Verb>(controlSocket(state), request, progress);

/** The state when a platform is up there, reached: its controller answers, a new one where the old one was killed. Null when none is up. */
export async function reach(state: string): Promise<State | null> {
  if (await answers(state)) return (await readState(placeOf(state))) ?? null;
  const known = await readState(placeOf(state));
  // What was up before the machine was started again is not up any more.
  if (known === null || known.wanted === null || known.bootId !== bootId()) return null;
  await startController(state);
  return known;
}

/** Like `reach`, for commands that make no sense otherwise. @throws Failure `not-running` */
export async function reachRunning(state: string): Promise<State> {
  const found = await reach(state);
  if (found !== null && found.wanted !== null) return found;
  throw new Failure("not-running", "the platform is not running", { hint: "./dailyge up" });
}

/** Makes sure that a controller of our own version answers. */
export async function reachController(state: string): Promise<void> {
  if (!(await answers(state))) await startController(state);
}

/** Whether a controller of our version answers. One of another version is asked to leave; the platform does not notice. */
export async function answers(state: string): Promise<boolean> {
  const hello = await ask(state, { verb: "hello" }).done.catch((error: unknown) => {
    if (error instanceof Failure && error.code === "controller-unreachable") return null;
    throw error;
  });
  if (hello === null) return false;
  if (hello.version === controllerVersion()) return true;
  await lastWord(state, { verb: "leave" });
  return false;
}

/** Ends the controller of a state directory, whatever it does; the platform stays. */
export async function endController(state: string): Promise<void> {
  const controller = await lockHolder(placeOf(state).lock);
  if (controller === null || !(await isAlive(controller))) return;
  process.kill(controller.pid, "SIGKILL");
  await until(10, async () => !(await isAlive(controller)));
}

/** Takes the platform down. */
export const takeDown = (state: string, atOnce: boolean, progress: (event: Progress) => void): Promise<void> => lastWord(state, { verb: "down", atOnce }, progress);

/** Asks for something after which the controller ends, and waits until it has: who comes next starts one of his own. */
async function lastWord<Verb extends "leave" | "down">(state: string, request: Extract<Request, { readonly verb: Verb }>, progress: (event: Progress) => void = nothing): Promise<void> {
  const controller = await lockHolder(placeOf(state).lock);
  await ask<Verb>(state, request, progress).done;
  if (controller !== null) await until(10, async () => !(await isAlive(controller)));
}

async function startController(state: string): Promise<void> {
  const errors = join(state, "logs/controller/errors");
  await writeWhole(errors, "");
  const end = Date.now() + 20_000;
  let exit = spawnController(state, errors);
  while (Date.now() < end && (exit.code === null || exit.code === 0)) {
    if (await ask(state, { verb: "hello" }).done.then(() => true, () => false)) return;
    // It gave way to another one, which has ended meanwhile.
    const holder = exit.code === 0 ? await lockHolder(placeOf(state).lock) : null;
    if (exit.code === 0 && (holder === null || !(await isAlive(holder)))) exit = spawnController(state, errors);
    await sleep(15);
  }
  await requireSpace(errors);
  throw notStarted(state, exit.signal, readFileSync(errors, "utf8").trimEnd());
}

/** One that was killed has written nothing: what it said is there only where it ended by itself. */
function notStarted(state: string, signal: NodeJS.Signals | null, written: string): Failure {
  const how = signal === null ? "did not start" : `was ended by ${signal} before it answered`;
  return new Failure("controller-unreachable", `the controller of ${state} ${how}`, {
    hint: written === "" ? "this command again" : "the lines above say why; then this command again",
    details: written === "" ? [] : written.split("\n").slice(-12),
  });
}

/** A full disk takes what a controller says of it as well. @throws Failure `disk-full` */
const requireSpace = (errors: string): Promise<void> => writeWhole(`${errors}.space`, "x".repeat(8192)).finally(() => rmSync(`${errors}.space`, { force: true }));

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Starts a controller; what is returned says how it ended, once it has. */
function spawnController(state: string, errors: string): Exit {
  const output = openSync(errors, "w", 0o600);
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=1", process.argv[1] ?? "", "controller", "--state", state], {
    detached: true,
    stdio: ["ignore", output, output],
    cwd: "/",
    env: { ...process.env, DAILYGE_CACHE: cacheHome() },
  });
  closeSync(output);
  const exit: { -readonly [Part in keyof Exit]: Exit[Part] } = { code: null, signal: null };
  child.once("exit", (code, signal) => Object.assign(exit, { code: code ?? 1, signal }));
  child.unref();
  return exit;
}

/** @throws Failure `state-foreign` when another definition's platform is there */
export function requireOwn(known: State, definition: string, state: string): void {
  if (!belongsToAnother(known, definition)) return;
  throw new Failure("state-foreign", `${state} holds the platform of ${known.definition}, not of ${definition}`, {
    hint: `name that definition: --platform ${known.definition}, or another state: --state DIRECTORY`,
  });
}

/** The same for files beside the state, which are there whether it can be read or not. */
export async function requireOwnFiles(definition: string, state: string): Promise<void> {
  const known = await readState(placeOf(state)).catch(() => null);
  if (known !== null) requireOwn(known, definition, state);
}

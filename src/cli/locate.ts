import { existsSync, readdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve as absolute } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../kit/failure.ts";
import { suggest } from "../kit/suggest.ts";
import type { Finding } from "../model/finding.ts";
import type { Environment, Model } from "../model/model.ts";
import { findingsJson, findingsText } from "./findings.ts";
import type { Invocation } from "./invocation.ts";
import { resolvePlatform } from "./load.ts";
import { Told } from "./told.ts";

/** The definition that a command is about, and what it means. */
export interface Located {
  readonly definition: string;
  /** Directory of the definition. */
  readonly sources: string;
  readonly model: Model;
  readonly environment: Environment;
  /** State directory. */
  readonly state: string;
}

const repository = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** The definition's file: named, or here, or in this repository the reference platform's. */
export function definitionFile(invocation: Invocation): string {
  const named = invocation.values["platform"];
  const file = absolute(named ?? "platform.ts");
  if (named !== undefined || existsSync(file)) return file;
  const reference = join(repository, "examples/dailyge/platform.ts");
  return existsSync(reference) && absolute(".") === realpathSync(repository) ? reference : file;
}

/** Directories below which states are. https://specifications.freedesktop.org/basedir-spec/latest/ */
export const stateHome = (): string => join(process.env["XDG_STATE_HOME"] || join(homedir(), ".local/state"), "dailyge");
export const cacheHome = (): string => process.env["DAILYGE_CACHE"] ?? join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "dailyge");

/** Reads the definition; its findings are printed. @throws Told when there is an error among them */
export async function locate(invocation: Invocation): Promise<Located> {
  requireLocal(invocation);
  const definition = definitionFile(invocation);
  const { directory, resolved } = await resolvePlatform(definition);
  const shown = invocation.values["platform"] ?? definition;
  if (!resolved.ok) tellFindings(invocation, resolved.findings, shown);
  if (!resolved.ok) throw new Told();
  if (resolved.warnings.length > 0 && !invocation.flags.has("json")) invocation.tell(findingsText(resolved.warnings, shown, invocation.terminal.columns));
  const environment = chooseEnvironment(resolved.model, invocation.values["environment"]);
  return { definition, sources: directory, model: resolved.model, environment, state: stateDirectory(invocation, resolved.model.shared.name, environment.name) };
}

export function tellFindings(invocation: Invocation, findings: readonly Finding[], shown: string): void {
  if (invocation.flags.has("json")) invocation.print(findingsJson(findings));
  else invocation.tell(findingsText(findings, shown, invocation.terminal.columns));
}

const stateDirectory = (invocation: Invocation, platform: string, environment: string): string =>
  invocation.values["state"] === undefined ? join(stateHome(), `${platform}-${environment}`) : absolute(invocation.values["state"]);

export function chooseEnvironment(model: Model, named: string | undefined): Environment {
  const found = named === undefined ? model.environments[0] : model.environments.find(({ name }) => name === named);
  if (found !== undefined) return found;
  const names = model.environments.map(({ name }) => name);
  const meant = suggest(named ?? "", names);
  throw new Failure("unknown-name", `there is no environment "${named}"${meant === undefined ? "" : `: did you mean ${meant}?`}`, { hint: `it has: ${names.join(", ")}` });
}

const ON_AWS = ["bootstrap", "plan", "update", "apply", "verify", "deploy", "rollback", "releases", "status", "logs", "exec", "run", "secret", "restore", "snapshots"];

function requireLocal(invocation: Invocation): void {
  const target = invocation.values["target"] ?? "local";
  if (target === "local" || (target === "aws" && ON_AWS.includes(invocation.verb))) return;
  throw new Failure("usage", target === "aws" ? `${invocation.verb} cannot drive AWS yet: only ${ON_AWS.join(", ")} can` : `there is no target "${target}"`, { hint: "--target local" });
}

/**
 * The state directory for commands that work on what runs, whatever the definition says by now: where the definition
 * cannot be read, the state that was made from it.
 */
export async function locateState(invocation: Invocation): Promise<{ readonly state: string; readonly definition: string }> {
  const definition = definitionFile(invocation);
  if (invocation.values["state"] !== undefined) return { state: absolute(invocation.values["state"]), definition };
  const silent: Invocation = { ...invocation, tell: () => {}, print: () => {} };
  const located = await locate(silent).catch((error: unknown) => {
    if (error instanceof Told || (error instanceof Failure && error.code === "definition-unreadable")) return null;
    throw error;
  });
  if (located !== null) return { state: located.state, definition };
  const states = await statesOf(definition, invocation.values["environment"]);
  if (states[0] !== undefined && states.length === 1) return { state: states[0], definition };
  if (states.length === 0) await locate(invocation);
  throw new Failure("usage", `several environments were made from ${definition}, which cannot be read now`, { hint: `name one: --state ${states.join(" or --state ")}` });
}

async function statesOf(definition: string, environment: string | undefined): Promise<readonly string[]> {
  // Only here: most commands need neither, and wait for every module that is loaded.
  const [{ placeOf }, { readState }] = await Promise.all([import("../local/render/place.ts"), import("../local/run/state.ts")]);
  const home = stateHome();
  const states = existsSync(home) ? readdirSync(home).map((name) => join(home, name)) : [];
  const known = await Promise.all(states.map((state) => readState(placeOf(state)).catch(() => null)));
  return states.filter((_state, index) => {
    const found = known[index];
    return found?.definition === definition && (environment === undefined || found.name.endsWith(` ${environment}`));
  });
}

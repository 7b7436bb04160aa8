import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { watch, type FSWatcher } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../kit/failure.ts";
import type { Answers, Call } from "../local/run/protocol.ts";
import { SourceWatch } from "../local/run/source-watch.ts";
import type { StatusReport } from "../local/run/status.ts";
import type { Environment, Model } from "../model/model.ts";
import { failureText } from "./failure-text.ts";
import type { Invocation } from "./invocation.ts";
import type { Located } from "./locate.ts";
import { ask } from "./reach.ts";

/** The definition among what has changed; no part is called so. */
const DEFINITION = "the definition";
const QUIET_MS = 60;
const ASK_AGAIN_MS = 200;

/** Releases services and sites as their sources change, one after the other; what fails is told, and what served serves on. */
export class Watching {
  readonly #tell: Invocation["tell"];
  readonly #located: Located;
  readonly #watches = new Map<string, SourceWatch>();
  /** By part: when it was first seen to have changed. */
  readonly #dirty = new Map<string, number>();
  #definitionWatch: FSWatcher | null = null;
  #definitionHash = "";
  #woken = Promise.withResolvers<void>();
  #releasing: { readonly name: string; readonly call: Call<"deploy"> } | null = null;
  #closed = false;

  private constructor(tell: Invocation["tell"], located: Located) {
    this.#tell = tell;
    this.#located = located;
  }

  /** Begins to look; what changes while the platform comes up is released afterwards. */
  static async begin(tell: Invocation["tell"], located: Located): Promise<Watching> {
    const watching = new Watching(tell, located);
    await watching.#watchParts(located.environment);
    await watching.#watchDefinition();
    return watching;
  }

  close(): void {
    this.#closed = true;
    this.#definitionWatch?.close();
    for (const one of this.#watches.values()) one.close();
    this.#woken.resolve();
  }

  /** A release that is refused at the beginning keeps nobody from correcting it. */
  readonly firstTrouble = async (cause: unknown): Promise<StatusReport> => {
    const mendable = cause instanceof Failure && ["build-failed", "migration-failed", "start-failed", "deploy-failed"].includes(cause.code);
    if (!mendable) throw cause;
    this.#tell(failureText(cause));
    return ask(this.#located.state, { verb: "status" }).done;
  };

  /** Until it is closed. */
  async run(): Promise<void> {
    while (!this.#closed) {
      await this.#woken.promise;
      this.#woken = Promise.withResolvers();
      for (let next = this.#next(); next !== undefined && !this.#closed; next = this.#next()) {
        if (next.name === DEFINITION) await this.#redefine();
        else await this.#release(next.name, next.since);
      }
    }
  }

  #next(): { readonly name: string; readonly since: number } | undefined {
    const [first] = this.#dirty;
    if (first === undefined) return undefined;
    this.#dirty.delete(first[0]);
    return { name: first[0], since: first[1] };
  }

  /** A newer change supersedes what is being built. */
  #changed(name: string): void {
    if (!this.#dirty.has(name)) this.#dirty.set(name, Date.now());
    if (this.#releasing?.name === name) this.#releasing.call.cancel();
    this.#woken.resolve();
  }

  async #watchParts({ services, sites }: Environment): Promise<void> {
    const directories = new Map([...sites, ...services].map(({ name, directory }) => [name, join(this.#located.sources, directory)]));
    for (const [key, one] of this.#watches) {
      const [name = "", directory = ""] = key.split("\0");
      if (directories.get(name) === directory) continue;
      one.close();
      this.#watches.delete(key);
    }
    const added = [...directories].filter(([name, directory]) => !this.#watches.has(`${name}\0${directory}`));
    await Promise.all(
      added.map(async ([name, directory]) => {
        const one = new SourceWatch(directory, () => this.#changed(name));
        this.#watches.set(`${name}\0${directory}`, one);
        await one.begun();
      }),
    );
  }

  /** The definition, and the scripts beside it that it may import. */
  async #watchDefinition(): Promise<void> {
    this.#definitionHash = await this.#hashDefinition();
    let timer: NodeJS.Timeout | null = null;
    const look = async (): Promise<void> => {
      const hash = await this.#hashDefinition();
      if (hash === this.#definitionHash) return;
      this.#definitionHash = hash;
      this.#changed(DEFINITION);
    };
    this.#definitionWatch = watch(this.#located.sources, () => {
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(() => void look().catch(() => {}), QUIET_MS);
    }).on("error", () => {});
  }

  async #hashDefinition(): Promise<string> {
    const hash = createHash("sha256");
    for (const name of (await readdir(this.#located.sources)).filter((file) => /\.[cm]?[jt]s$|\.json$/.test(file)).sort()) {
      hash.update(`${name}\0`).update(await readFile(join(this.#located.sources, name)).catch(() => ""));
    }
    return hash.digest("hex");
  }

  async #release(name: string, since: number): Promise<void> {
    const { state } = this.#located;
    const call = ask(state, { verb: "deploy", name, from: null, hurried: true });
    this.#releasing = { name, call };
    const outcome = await call.done.catch((cause: unknown) => cause);
    this.#releasing = null;
    if (!(outcome instanceof Error)) return this.#tellRelease(name, outcome as Answers["deploy"], since);
    if (!(outcome instanceof Failure)) throw outcome;
    if (this.#closed || (outcome.code === "cancelled" && this.#dirty.has(name))) return;
    if (isPassing(outcome)) return this.#later(name, since);
    this.#tell(failureText(outcome));
  }

  #tellRelease(name: string, { release, previous }: Answers["deploy"], since: number): void {
    if (release !== previous) this.#tell(`${name} serves ${release}, ${((Date.now() - since) / 1000).toFixed(1)} s after the change\n`);
  }

  async #later(name: string, since: number): Promise<void> {
    await sleep(ASK_AGAIN_MS);
    if (!this.#dirty.has(name)) this.#dirty.set(name, since);
    this.#woken.resolve();
  }

  /** Where it cannot be read, or is refused, what runs stays as it is. */
  async #redefine(): Promise<void> {
    const since = Date.now();
    const outcome = await this.#take().catch((cause: unknown) => cause);
    if (this.#closed) return;
    if (typeof outcome === "string") this.#tell(`${outcome}the changed definition is not taken: what runs stays as it is\n`);
    else if (outcome instanceof Failure && isPassing(outcome)) await this.#later(DEFINITION, since);
    else if (outcome instanceof Failure) this.#tell(failureText(outcome));
    else if (outcome instanceof Error) throw outcome;
    else this.#tell(`the changed definition is taken, ${((Date.now() - since) / 1000).toFixed(1)} s after the change\n`);
  }

  /** Gives what is wrong with it. */
  async #take(): Promise<string | null> {
    const { definition, environment, state, sources } = this.#located;
    const read = await modelOf(definition);
    if (typeof read === "string") return read;
    const changed = read.environments.find(({ name }) => name === environment.name);
    if (changed === undefined) return `it has no environment ${environment.name} any more\n`;
    await ask(state, { verb: "up", definition, wanted: { shared: read.shared, environment: changed, sources }, edgePort: null }).done;
    await this.#watchParts(changed);
    return null;
  }
}

/** What will be otherwise in a moment: somebody else does something to the platform, or its controller was killed. */
const isPassing = ({ code }: Failure): boolean => code === "state-busy" || code === "controller-unreachable";

/** What a definition means now, or what is wrong with it: read by a program of its own, for which no file of it is old. */
function modelOf(definition: string): Promise<Model | string> {
  const words = [...process.execArgv, process.argv[1] ?? "", "model", "--platform", definition];
  return new Promise((resolve) => {
    execFile(process.execPath, words, { maxBuffer: 2 ** 26 }, (error, out, errors) => resolve(error === null ? (JSON.parse(out) as Model) : errors));
  });
}

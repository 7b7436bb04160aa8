import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { mkdir, open, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Place } from "../render/place.ts";
import type { ConfigFile, ProcessSpec } from "../render/process.ts";
import { diskFailure, handOver, writeWhole } from "./files.ts";
import { finishScript, logScript, runScript } from "./supervisor-scripts.ts";
import { bootId, commandLine, groupMembers, identify, isAlive, processesWith, send, type ProcessIdentity } from "./process-table.ts";

/** What starting a process needs of this machine. */
export interface Ground {
  readonly place: Place;
  /** Absolute paths of `runsv`, `svlogd`, `chpst`, and of the programs that specs name: `haproxy`, `nginx`. */
  readonly programs: Readonly<Record<string, string>>;
  /** `LD_LIBRARY_PATH` of the programs that need one. It reaches no other process. */
  readonly libraries: Readonly<Record<string, string>>;
  /** Words before a command that make it run as an identity's user; none when we are not root. */
  readonly become: (identity: string) => readonly string[];
  /** The user of an identity; null when all run as we do. */
  readonly userOf: (identity: string) => number | null;
  /** Words before `runsv` that let unprivileged users see the state directory; none where they do anyway. */
  readonly enter: readonly string[];
  /** Variables that every process gets. */
  readonly environment: Readonly<Record<string, string>>;
  /** File into which a process writes its number to be held to its memory; null where nothing holds it but our watch. */
  readonly confine: (name: string, memoryMb: number) => Promise<string | null>;
  readonly unconfine: (name: string) => Promise<void>;
  readonly secretValue: (path: string) => Promise<string>;
}

/** A process as it is now. */
export interface Standing {
  readonly state: "running" | "between starts" | "down" | "unsupervised" | "absent";
  readonly pid: number | null;
  readonly hash: string | null;
  readonly deaths: readonly Death[];
}

export interface Death {
  readonly atSeconds: number;
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: number | null;
}

/** What is started and with which files and secrets, as one number: another one means another process. */
export async function specHash(ground: Ground, spec: ProcessSpec, files: readonly ConfigFile[]): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([spec, files, ground.environment, ground.become(spec.identity)]));
  for (const { value } of spec.environment) {
    for (const piece of value) if (typeof piece !== "string") hash.update(await ground.secretValue(piece.secret));
  }
  return hash.digest("hex").slice(0, 24);
}

/** Starts a process under a supervisor of its own, which outlives us and starts it again when it ends; with `once`, which waits then. */
export async function startProcess(ground: Ground, spec: ProcessSpec, files: readonly ConfigFile[], times: "again" | "once" = "again"): Promise<void> {
  const directory = ground.place.part(spec.name);
  await stopProcess(ground, spec.name, spec.stop.withinSeconds);
  for (const { path, text } of files) await writeWhole(path, text, 0o644);
  const hash = await specHash(ground, spec, files);
  await writeServiceDirectory(ground, spec, hash).catch((cause: unknown) => {
    throw diskFailure(directory, cause);
  });
  // runsv(8) leaves down what has this file; "o" starts it and does not start it again.
  if (times === "once") await writeFile(join(directory, "down"), "");
  const child = spawn(ground.enter[0] ?? program(ground, "runsv"), [...ground.enter.slice(1), ...(ground.enter.length > 0 ? [program(ground, "runsv")] : []), directory], {
    detached: true,
    stdio: "ignore",
    cwd: "/",
    env: { PATH: process.env["PATH"] },
  });
  await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  child.unref();
  await writeWhole(join(directory, "supervisor.json"), JSON.stringify(await identify(child.pid ?? 0)));
  if (times === "once") await startOnce(directory);
}

/** Until it runs, or has run: before that it looks like one that was stopped. */
async function startOnce(directory: string): Promise<void> {
  const started = async (): Promise<boolean> => (await supervisedState(directory)) !== "down" || (await readDeaths(directory)).length > 0;
  if (!(await until(10, () => command(directory, "o"))) || !(await until(10, started))) throw new Error(`the supervisor in ${directory} starts nothing`);
}

const program = (ground: Ground, name: string): string => ground.programs[name] ?? name;

/** Written anew and read by nobody before it is whole: the hash comes last, and the supervisor after that. */
async function writeServiceDirectory(ground: Ground, spec: ProcessSpec, hash: string): Promise<void> {
  const directory = ground.place.part(spec.name);
  await rm(directory, { recursive: true, force: true });
  const environment = join(directory, "environment");
  await mkdir(environment, { recursive: true, mode: 0o700 });
  const home = ground.place.work(spec.name);
  const log = ground.place.log(spec.name);
  for (const made of [home, log, ...spec.writes]) await mkdir(made, { recursive: true });
  const user = ground.userOf(spec.identity);
  for (const handed of [home, ...spec.writes]) if (user !== null) await handOver(handed, user);
  for (const [name, value] of Object.entries({ ...ground.environment, HOME: home, TMPDIR: home })) await writeVariable(environment, name, value);
  for (const { name, value } of spec.environment) await writeVariable(environment, name, await plainValue(ground, value));
  const libraries = ground.libraries[spec.command[0] ?? ""];
  if (libraries !== undefined) await writeVariable(environment, "LD_LIBRARY_PATH", libraries);
  const cgroup = spec.memoryMb === null ? null : await ground.confine(spec.name, spec.memoryMb);
  const [first = "", ...rest] = spec.command;
  const command = [...ground.become(spec.identity), program(ground, first), ...rest];
  await writeFile(join(directory, "run"), runScript({ name: spec.name, directory: spec.directory, chpst: program(ground, "chpst"), environment, cgroup, command }), { mode: 0o700 });
  await writeFile(join(directory, "finish"), finishScript(spec.name), { mode: 0o700 });
  await mkdir(join(directory, "log"), { recursive: true });
  await writeFile(join(directory, "log", "run"), logScript(program(ground, "svlogd"), log), { mode: 0o700 });
  // svlogd(8): a file of at most a megabyte, and the five before it.
  await writeWhole(join(log, "config"), "s1000000\nn5\n");
  await writeFile(join(directory, "hash"), hash, { mode: 0o600 });
}

/** A value with its secrets in it. */
export async function plainValue(ground: Ground, value: ProcessSpec["environment"][number]["value"]): Promise<string> {
  const pieces = await Promise.all(
    value.map(async (piece) => {
      if (typeof piece === "string") return piece;
      const secret = await ground.secretValue(piece.secret);
      return piece.encode === "url" ? encodeURIComponent(secret) : secret;
    }),
  );
  return pieces.join("");
}

/** One file per variable as chpst(8) -e reads it: the first line counts, NUL stands for a line end. */
const writeVariable = (directory: string, name: string, value: string): Promise<void> =>
  writeFile(join(directory, name), `${value.replaceAll("\n", "\0")}\n`, { mode: 0o600 });

/** Ends a process for good: SIGTERM, its time, SIGKILL for it and all that it started; then its supervisor. */
export async function stopProcess(ground: Pick<Ground, "place" | "unconfine">, name: string, withinSeconds: number): Promise<void> {
  const directory = ground.place.part(name);
  if ((await stat(directory).catch(() => null)) === null) return ground.unconfine(name);
  const supervisor = (await supervisorOf(directory)) ?? (await findSupervisor(directory));
  const group = await groupOf(directory);
  await writeWhole(join(directory, "stopping"), "").catch(() => {});
  if (supervisor !== null && (await command(directory, "d"))) {
    await until(withinSeconds, async () => (await supervisedState(directory)) === "down");
    if (group !== null) killGroup(group);
    await until(5, async () => (await supervisedState(directory)) === "down");
    await command(directory, "x");
    if (!(await until(3, async () => !(await isAlive(supervisor))))) send(supervisor.pid, "SIGKILL");
  } else if (group !== null) {
    await endOrphans(group, withinSeconds);
  }
  if (supervisor !== null && (await isAlive(supervisor))) send(supervisor.pid, "SIGKILL");
  await endLogger(directory);
  await ground.unconfine(name);
  await rm(directory, { recursive: true, force: true });
}

/** A process, or what it left, whose supervisor was killed. */
async function endOrphans(group: number, withinSeconds: number): Promise<void> {
  if (!send(-group, "SIGTERM")) return;
  await until(withinSeconds, async () => (await groupMembers(group)).length === 0);
  killGroup(group);
}

/** svlogd ends by itself when its supervisor is gone and its pipe is closed; one whose supervisor was killed is helped. */
async function endLogger(directory: string): Promise<void> {
  const pid = Number(await readFile(join(directory, "log", "supervise", "pid"), "utf8").catch(() => "0"));
  if (pid === 0) return;
  const logger = await identify(pid);
  if (logger === null || !(await commandLine(pid)).some((word) => word.includes("svlogd"))) return;
  if (!(await until(1, async () => !(await isAlive(logger))))) send(pid, "SIGKILL");
}

/** Ends what a part's process group holds, at once. */
export const killGroup = (pid: number): void => void send(-pid, "SIGKILL");

/** How a part's process is now. */
export async function inspectProcess(ground: Ground, name: string): Promise<Standing> {
  const directory = ground.place.part(name);
  const hash = await readFile(join(directory, "hash"), "utf8").catch(() => null);
  if (hash === null) return { state: "absent", pid: null, hash: null, deaths: [] };
  const deaths = await readDeaths(directory);
  const pid = await leader(directory);
  if ((await supervisorOf(directory)) === null) return { state: "unsupervised", pid, hash, deaths };
  const supervised = await supervisedState(directory);
  return { state: supervised === "run" && pid !== null ? "running" : supervised === "down" ? "down" : "between starts", pid, hash, deaths };
}

/** Names of all parts that stand in the state directory. */
export const standingParts = (place: Place): Promise<readonly string[]> => readdir(`${place.state}/parts`).catch(() => []);

/** The supervisor of a service directory, if it is the very one that was started there and lives. */
async function supervisorOf(directory: string): Promise<ProcessIdentity | null> {
  const text = await readFile(join(directory, "supervisor.json"), "utf8").catch(() => "null");
  const identity = parseIdentity(text);
  return identity !== null && (await isAlive(identity)) ? identity : null;
}

/** One that nobody has written down: we were killed, or the disk was full, just after it was started. */
async function findSupervisor(directory: string): Promise<ProcessIdentity | null> {
  const [pid] = await supervisorsOf((theirs) => theirs === directory);
  return pid === undefined ? null : identify(pid);
}

/** Supervisors by the service directory that they were started in. */
export const supervisorsOf = (isTheirs: (directory: string) => boolean): Promise<readonly number[]> =>
  processesWith(([program = "", directory = ""]) => basename(program) === "runsv" && isTheirs(directory));

function parseIdentity(text: string): ProcessIdentity | null {
  try {
    return JSON.parse(text) as ProcessIdentity | null;
  } catch {
    return null;
  }
}

/** What the run script wrote down of itself: its number, and the clock ticks after which the kernel had started it. Wall time would not tell: it may be set. */
async function writtenLeader(directory: string): Promise<{ readonly pid: number; readonly startTicks: number }> {
  const [pid = 0, startTicks = 0] = (await readFile(join(directory, "leader"), "utf8").catch(() => "")).split(" ").map(Number);
  return { pid, startTicks };
}

/** The group leader that the run script wrote down, if that process still runs in that group. */
async function leader(directory: string): Promise<number | null> {
  const { pid, startTicks } = await writtenLeader(directory);
  return pid !== 0 && (await identify(pid))?.startTicks === startTicks ? pid : null;
}

/** The group that the run script made; its leader may be gone. Null where a later process has taken that number. */
async function groupOf(directory: string): Promise<number | null> {
  const { pid: group } = await writtenLeader(directory);
  const supervisor = parseIdentity(await readFile(join(directory, "supervisor.json"), "utf8").catch(() => "null"));
  if (group === 0 || (supervisor !== null && supervisor.bootId !== bootId())) return null;
  return (await identify(group)) === null ? group : leader(directory);
}

/** What runsv(8) says: `down` where it is to be down, `finish` also in the second that it waits before it starts a process again. */
const supervisedState = async (directory: string): Promise<"run" | "finish" | "down"> => {
  const text = await readFile(join(directory, "supervise", "stat"), "utf8").catch(() => "down");
  if (text.startsWith("run")) return "run";
  if (!text.startsWith("down")) return "finish";
  const status = await readFile(join(directory, "supervise", "status"), "latin1").catch(() => "");
  return status[17] === "u" ? "finish" : "down";
};

async function readDeaths(directory: string): Promise<readonly Death[]> {
  const text = await readFile(join(directory, "deaths"), "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    const [at, exit, status] = line.split(" ").map(Number);
    if (at === undefined || exit === undefined || status === undefined || Number.isNaN(status)) return [];
    return [{ atSeconds: at, exitCode: exit < 0 ? null : exit, signal: exit < 0 ? status & 0x7f : null }];
  });
}

/** Gives runsv(8) one of its commands; false when nobody listens there. */
async function command(directory: string, letter: "d" | "o" | "x"): Promise<boolean> {
  try {
    const control = await open(join(directory, "supervise", "control"), constants.O_WRONLY | constants.O_NONBLOCK);
    await control.write(letter);
    await control.close();
    return true;
  } catch {
    return false;
  }
}

/** Asks every 20 ms whether it is so, for at most this long. */
export async function until(withinSeconds: number, isSo: () => Promise<boolean>, signal?: AbortSignal): Promise<boolean> {
  const end = performance.now() + withinSeconds * 1000;
  for (;;) {
    if (await isSo()) return true;
    if (performance.now() >= end) return false;
    await sleep(20, undefined, { signal });
  }
}

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../../src/local/run/port.ts";
import { pythonEnvironment, type PythonTool } from "./emulator-environment.ts";
import { PINS as MINISTACK } from "./emulator-pins-ministack.ts";
import { PINS as MOTO } from "./emulator-pins-moto.ts";

/**
 * AWS as others understood it: MiniStack plays deployments, policies, immutable tags, presigned links and live tail; moto
 * alone refuses unknown security groups and task definitions. Neither shows a failing rollout or an unhealthy target.
 */
export type EmulatorName = "ministack" | "moto";

interface Kind extends PythonTool {
  readonly module: string;
  readonly words: (port: number) => readonly string[];
  readonly environment: (port: number) => Readonly<Record<string, string>>;
  /** Answers 200 once it serves. */
  readonly health: string;
}

const KINDS: Readonly<Record<EmulatorName, Kind>> = {
  ministack: {
    name: "ministack",
    pins: MINISTACK,
    imports: "ministack.app",
    module: "ministack",
    words: () => [],
    // Signatures and policies are judged, nothing but loopback listens, nothing is kept.
    environment: (port) => ({ AUTH: "true", BIND_HOST: "127.0.0.1", GATEWAY_PORT: String(port), MINISTACK_HOST: "127.0.0.1", MINISTACK_REGION: REGION, MINISTACK_ACCOUNT_ID: ACCOUNT, SFTP_ENABLED: "0", LOG_LEVEL: "WARNING" }),
    health: "/_ministack/health",
  },
  moto: {
    name: "moto",
    pins: MOTO,
    imports: "moto.server",
    module: "moto.server",
    words: (port) => ["-H", "127.0.0.1", "-p", String(port)],
    environment: () => ({ MOTO_EC2_LOAD_DEFAULT_AMIS: "false" }),
    health: "/moto-api/data.json",
  },
};

/** An emulator that is installed. */
export interface Emulator {
  readonly name: EmulatorName;
  readonly python: string;
}

/**
 * Installs an emulator where it is not yet. Null where that cannot be: the reason is printed, and its tests are skipped; on
 * CI (`CI=true`) it is an error. To be awaited at the top of a test file, so that `describe.skipIf` knows.
 */
export async function findEmulator(name: EmulatorName): Promise<Emulator | null> {
  const python = await pythonEnvironment(KINDS[name]);
  return python === null ? null : { name, python };
}

/** What an SDK client is made with. */
export interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
  /** Of S3's client: a bucket is no host name here. */
  readonly forcePathStyle: true;
  /** Of CloudWatch Logs' client, for live tail. */
  readonly disableHostPrefix: true;
}

export interface RunningEmulator {
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  readonly pid: number;
  readonly client: ClientSettings;
  /** For programs: endpoint, region and credentials as the SDKs and Terraform read them; no profile of whoever runs the tests. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends it and everything that it started. */
  stop(): Promise<void>;
}

const REGION = "ap-northeast-2";
/** MiniStack takes twelve digits as the account whose root it is; moto's account is always this one. */
const ACCOUNT = "123456789012";

/** Ends itself with its whole group and its directory as soon as whoever started it is gone, by whatever way: its stdin is closed then. */
const GUARD = `
import os, runpy, shutil, signal, sys, threading
def watch(place=os.getcwd()):
    sys.stdin.buffer.read()
    shutil.rmtree(place, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)
threading.Thread(target=watch, daemon=True).start()
module, *words = sys.argv[1:]
sys.argv = [module, *words]
runpy.run_module(module, run_name="__main__", alter_sys=True)
`;

/** Starts one on a free port of loopback, empty, and waits until it serves. @throws Error with what it said, when it does not */
export async function startEmulator({ name, python }: Emulator): Promise<RunningEmulator> {
  const kind = KINDS[name];
  const port = await freePort(new Set());
  const directory = mkdtempSync(join(tmpdir(), `dailyge-${name}-`));
  const environment = { PATH: process.env["PATH"] ?? "", HOME: directory, TMPDIR: directory, S3_DATA_DIR: join(directory, "s3"), PYTHONDONTWRITEBYTECODE: "1", ...kind.environment(port) };
  const child = spawn(python, ["-c", GUARD, kind.module, ...kind.words(port)], { cwd: directory, env: environment, stdio: ["pipe", "pipe", "pipe"], detached: true });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  const stop = async (): Promise<void> => {
    await end(child);
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  const endpoint = `http://127.0.0.1:${port}`;
  if (await serves(`${endpoint}${kind.health}`, child)) return running(endpoint, child.pid ?? 0, stop);
  await stop();
  throw new Error(`${name} does not serve:\n${said.join("").split("\n").slice(-20).join("\n")}`);
}

function running(endpoint: string, pid: number, stop: () => Promise<void>): RunningEmulator {
  const credentials = { accessKeyId: ACCOUNT, secretAccessKey: "test" };
  const environment = {
    AWS_ENDPOINT_URL: endpoint, AWS_REGION: REGION, AWS_DEFAULT_REGION: REGION, AWS_ACCESS_KEY_ID: ACCOUNT, AWS_SECRET_ACCESS_KEY: "test",
    AWS_EC2_METADATA_DISABLED: "true", AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  };
  const client = { endpoint, region: REGION, credentials, maxAttempts: 2, forcePathStyle: true, disableHostPrefix: true } as const;
  return { endpoint, region: REGION, account: ACCOUNT, pid, client, environment, stop };
}

async function serves(url: string, child: ChildProcess): Promise<boolean> {
  for (const until = Date.now() + 60_000; Date.now() < until && child.exitCode === null && child.signalCode === null; await pause(100)) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.status === 200) return true;
  }
  return false;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, "exit");
  process.kill(-child.pid, "SIGKILL");
  await ended;
}

import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SchemaDocument } from "../../src/aws/schema/format.ts";
import { findEmulator, startEmulator, type Emulator, type RunningEmulator } from "./emulator.ts";
import { startProvider, type StubProvider } from "./terraform/provider.ts";
import { findBinary } from "./terraform/run.ts";

/** Everything that `plan`, `apply` and `verify` talk to: the real program, a provider with a world of its own, and somebody who plays STS and S3. */
export interface Cloud {
  readonly scratch: string;
  readonly provider: StubProvider;
  readonly emulator: RunningEmulator;
  stop(): Promise<void>;
}

/** What a command said and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly told: string;
}

const CLI = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const moto = await findEmulator("moto");

/** Why these tests cannot run here; null when they can. Which of it is missing was printed. */
export const missing: string | null = findBinary() === undefined ? "neither terraform nor tofu is on the PATH" : moto === null ? "moto is not there" : null;
if (findBinary() === undefined) console.warn("Skipped: neither terraform nor tofu is on the PATH, so nothing is said of plan, apply and verify.");

export async function startCloud(found: Emulator | null = moto): Promise<Cloud> {
  if (found === null) throw new Error("moto is not there");
  const scratch = mkdtempSync(join(tmpdir(), "apply-test-"));
  const document = JSON.parse(readFileSync(new URL("../../src/aws/schema/provider-schema.json", import.meta.url), "utf8")) as SchemaDocument;
  const [schema] = Object.values(document.provider_schemas);
  if (!schema) throw new Error("the schema is empty");
  const [provider, emulator] = await Promise.all([startProvider(schema, scratch), startEmulator(found)]);
  return {
    scratch, provider, emulator,
    stop: async () => {
      provider.stop();
      await emulator.stop();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** A platform in a directory of its own, whose files and states are its own as well. */
export class Team {
  readonly directory: string;
  readonly #cloud: Cloud;
  readonly #variables: Readonly<Record<string, string | undefined>>;

  constructor(cloud: Cloud, variables: Readonly<Record<string, string | undefined>> = {}) {
    this.#cloud = cloud;
    this.#variables = variables;
    this.directory = mkdtempSync(join(cloud.scratch, "team-"));
    mkdirSync(join(this.directory, "tmp"));
    this.define();
  }

  /** Writes `platform.ts`: `dev`, and `prod`, which is guarded. */
  define({ databases = 'mysql: { engine: "mysql" }', account, shared }: { databases?: string; account?: string; shared?: string } = {}): void {
    const accountIn = (value: string | undefined): string => (value === undefined ? "" : `, account: ${JSON.stringify(value)}`);
    const own = accountIn(account);
    writeFileSync(join(this.directory, "platform.ts"), `import { definePlatform, parts } from "dailyge-infra";
export default definePlatform({
  name: "small", domain: "small.example", region: "ap-northeast-2"${accountIn(shared)},
  environments: { dev: { branch: "dev"${own} }, prod: { branch: "main", guarded: true${own} } },
  platform: () => parts({ databases: { ${databases} } }),
});
`);
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env["PATH"], HOME: this.directory, TMPDIR: join(this.directory, "tmp"), DAILYGE_CACHE: join(this.#cloud.scratch, "cache"),
      TF_REATTACH_PROVIDERS: this.#cloud.provider.reattach, ...this.#cloud.emulator.environment, ...this.#variables,
    };
  }

  /** Begins a command at a terminal of its own; what is written to its stdin is typed there. */
  terminal(...words: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<number | null>; readonly shown: () => string } {
    const command = [process.execPath, "--disable-warning=ExperimentalWarning", CLI, ...words].join(" ");
    const env = { ...this.#environment(), TERM: "xterm" };
    const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], { cwd: this.directory, env, stdio: ["pipe", "pipe", "pipe"] });
    let shown = "";
    child.stdout.on("data", (chunk: Buffer) => (shown += chunk.toString()));
    return { child, ended: new Promise((resolve) => child.once("close", resolve)), shown: () => shown };
  }

  /** Begins a command in its directory. */
  start(...words: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended>; readonly told: () => string } {
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", CLI, ...words], { cwd: this.directory, env: this.#environment(), stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let told = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (told += chunk.toString()));
    const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, out, told })));
    return { child, ended, told: () => told };
  }

  run(...words: readonly string[]): Promise<Ended> {
    return this.start(...words).ended;
  }

  /** Files of plans that nobody took away. */
  left(): readonly string[] {
    return readdirSync(join(this.directory, "tmp"));
  }

  /** Addresses in the state of a directory that is kept beside its files. */
  state(directory: string): readonly string[] {
    const { resources } = JSON.parse(readFileSync(join(this.directory, "terraform", directory, "terraform.tfstate"), "utf8")) as { resources: readonly { mode: string; type: string; name: string; instances: readonly object[] }[] };
    return resources.filter(({ mode, instances }) => mode === "managed" && instances.length > 0).map(({ type, name }) => `${type}.${name}`);
  }
}

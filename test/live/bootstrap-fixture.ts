import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GetBucketVersioningCommand, GetObjectCommand, GetPublicAccessBlockCommand, NoSuchBucket, NoSuchKey, S3Client } from "@aws-sdk/client-s3";
import type { Cloud, Ended } from "./apply-fixture.ts";

const CLI = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** One person's clone of a platform's repository: what is in it, and the commands given there. */
export class Clone {
  readonly directory: string;
  readonly platform: string;
  readonly #cloud: Cloud;

  constructor(cloud: Cloud, platform: string, definition: string = DELIVERED) {
    this.#cloud = cloud;
    this.platform = platform;
    this.directory = mkdtempSync(join(cloud.scratch, "clone-"));
    mkdirSync(join(this.directory, "tmp"));
    writeFileSync(join(this.directory, "platform.ts"), `import { definePlatform, parts } from "dailyge-infra";
export default definePlatform({
  name: ${JSON.stringify(platform)}, domain: "small.example", region: "ap-northeast-2",
  environments: { live: { branch: "main", account: "${cloud.emulator.account}" } },
  ${definition}
  platform: () => parts({ topics: { events: {} } }),
});
`);
  }

  get environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env["PATH"], HOME: this.directory, TMPDIR: join(this.directory, "tmp"), DAILYGE_CACHE: join(this.#cloud.scratch, "cache"), CHECKPOINT_DISABLE: "1",
      TF_REATTACH_PROVIDERS: this.#cloud.provider.reattach, ...this.#cloud.emulator.environment,
    };
  }

  /** Begins a command; `seen` hears everything that it tells. */
  start(words: readonly string[], seen: (told: string) => void = () => {}): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", CLI, ...words], { cwd: this.directory, env: this.environment, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let told = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => {
      told += chunk.toString();
      seen(told);
    });
    return { child, ended: new Promise((resolve) => child.once("close", (code) => resolve({ code, out, told }))) };
  }

  run(...words: readonly string[]): Promise<Ended> {
    return this.start(words).ended;
  }

  /** Runs a command and, as soon as it has told this, ends it and all that it started, as a machine does that loses its power. */
  async runUntil(words: readonly string[], told: RegExp): Promise<Ended> {
    let killed = false;
    const { child, ended } = this.start(words, (text) => {
      if (killed || !told.test(text)) return;
      killed = true;
      child.kill("SIGKILL");
      for (const pid of this.#processes()) process.kill(pid, "SIGKILL");
    });
    const outcome = await ended;
    for (const pid of this.#processes()) process.kill(pid, "SIGKILL");
    if (!killed) throw new Error(`it never told ${told.source}:\n${outcome.told}`);
    return outcome;
  }

  /** Processes that work in one of its directories. */
  #processes(): readonly number[] {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(join(this.directory, "terraform"));
      } catch {
        return false;
      }
    });
  }

  /** A command that somebody was told to type, in the clone. */
  type(command: string): string {
    return execFileSync("sh", ["-c", command], { cwd: this.directory, env: this.environment, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }
}

const DELIVERED = 'delivery: { repository: "team/server" },';

/** What is in the state bucket of a platform. */
export class States {
  readonly bucket: string;
  readonly #platform: string;
  readonly #client: S3Client;

  constructor({ emulator }: Cloud, platform: string) {
    this.bucket = `${platform}-terraform-${emulator.account}`;
    this.#platform = platform;
    this.#client = new S3Client(emulator.client);
  }

  /** Addresses in a directory's state; undefined where there is none. */
  async of(directory: string): Promise<readonly string[] | undefined> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.bucket, Key: `${this.#platform}/${directory}.tfstate` }));
      const { resources } = JSON.parse((await Body?.transformToString()) ?? "") as { readonly resources: readonly { readonly mode: string; readonly type: string; readonly name: string }[] };
      return resources.filter(({ mode }) => mode === "managed").map(({ type, name }) => `${type}.${name}`).sort();
    } catch (error) {
      if (error instanceof NoSuchKey || error instanceof NoSuchBucket) return undefined;
      throw error;
    }
  }

  /** Whether what is overwritten is kept and nothing is public. */
  async isClosed(): Promise<boolean> {
    const of = { Bucket: this.bucket };
    const { Status } = await this.#client.send(new GetBucketVersioningCommand(of));
    const { PublicAccessBlockConfiguration: block } = await this.#client.send(new GetPublicAccessBlockCommand(of));
    return Status === "Enabled" && block?.BlockPublicAcls === true && block.BlockPublicPolicy === true && block.IgnorePublicAcls === true && block.RestrictPublicBuckets === true;
  }
}

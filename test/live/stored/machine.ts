import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A scratch machine: this one's files, of which it has a copy of its own as soon as it writes, and its own processes, network and devices. */
export interface Machine {
  /** Runs a shell's line as root. */
  run(line: string, input?: string | Buffer): Promise<Outcome>;
  /** Runs a line that has to succeed, and gives what it prints. */
  must(line: string, input?: string | Buffer): Promise<string>;
  write(path: string, text: string, mode?: string): Promise<void>;
  /** A new block device of zeros at this path. */
  attach(path: string, megabytes: number): Promise<Volume>;
}

export interface Volume {
  /** The file on the real machine that holds its bytes. */
  readonly image: string;
  readonly device: string;
}

export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Commands on its input make devices; when that ends, so does the machine. A device is let go of with its last user. */
const SETUP = `set -eu
ip link set lo up
mount -t tmpfs -o mode=755 tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
cd "$1/root"
for place in dev run tmp; do mount -t tmpfs tmpfs "$place"; done
chmod 1777 tmp
for device in null zero full random urandom; do cp -a "/dev/$device" dev; done
ln -s /proc/self/fd dev/fd
mount -t proc proc proc
echo ready
while read -r image path; do
  device=$(losetup --find --show "$image")
  exec 9<> "$device"
  losetup --detach "$device"
  mkdir -p "$(dirname ".$path")"
  cp -a "$device" dev
  ln -sf "$device" ".$path"
  echo "$device"
done`;

/** Why there can be no such machine here; null where there can. */
export function whyNoMachine(): string | null {
  if (process.getuid?.() !== 0) return "only root makes devices and mounts them";
  try {
    execFileSync("unshare", ["--mount", "--net", "--pid", "--fork", "sh", "-c", 'set -e; d=$(mktemp -d); mount -t tmpfs tmpfs "$d"; mkdir "$d/u" "$d/w" "$d/r"; mount -t overlay -o "lowerdir=/,upperdir=$d/u,workdir=$d/w" overlay "$d/r"; test -d "$d/r/etc"'], { stdio: "pipe" });
    execFileSync("losetup", ["--find"], { stdio: "pipe" });
    return null;
  } catch (error) {
    return `this machine makes no namespaces, overlays or loop devices: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** It ends, with all that it has, when the test does. */
export async function startMachine(): Promise<Machine> {
  const scratch = mkdtempSync(join(tmpdir(), "machine-test-"));
  const root = join(scratch, "files");
  mkdirSync(root);
  const holder = spawn("unshare", ["--mount", "--net", "--pid", "--fork", "--kill-child", "sh", "-c", SETUP, "sh", root], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => holder.once("close", () => resolve()));
  onTestFinished(async () => {
    holder.kill("SIGKILL");
    await ended;
    rmSync(scratch, { recursive: true, force: true });
  });
  const lines = createLines(holder.stdout, ended);
  await lines();
  const inside = readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, "utf8").trim();
  let volumes = 0;
  const enter = ["--target", inside, "--mount", "--net", "--pid", "chroot", join(root, "root"), "sh", "-c"];
  const machine: Machine = {
    run: (line, input = "") => runLine([...enter, line], input),
    async must(line, input) {
      const { code, output } = await machine.run(line, input);
      if (code !== 0) throw new Error(`${line}: exit ${code}\n${output}`);
      return output.trim();
    },
    async write(path, text, mode = "644") {
      await machine.must(`mkdir -p "$(dirname ${path})" && cat > ${path} && chmod ${mode} ${path}`, text);
    },
    async attach(path, megabytes) {
      const image = join(scratch, `volume-${(volumes += 1)}`);
      writeFileSync(image, "");
      truncateSync(image, megabytes * 1_024 * 1_024);
      holder.stdin.write(`${image} ${path}\n`);
      return { image, device: await lines() };
    },
  };
  return machine;
}

/** The next line that comes, or an error when no more will. */
function createLines(stream: NodeJS.ReadableStream, ended: Promise<void>): () => Promise<string> {
  let held = "";
  let wake = (): void => {};
  let over = false;
  stream.on("data", (piece: Buffer) => {
    held += piece.toString();
    wake();
  });
  void ended.then(() => {
    over = true;
    wake();
  });
  return async () => {
    while (!held.includes("\n")) {
      if (over) throw new Error("the scratch machine has ended");
      await new Promise<void>((resolve) => (wake = resolve));
    }
    const [line = "", ...rest] = held.split("\n");
    held = rest.join("\n");
    return line;
  };
}

function runLine(words: readonly string[], input: string | Buffer): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile("nsenter", words, { env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : 1, output: `${stdout}${stderr}` });
    });
    // A line that reads no input may be over before this is written.
    child.stdin?.on("error", () => {}).end(input);
  });
}

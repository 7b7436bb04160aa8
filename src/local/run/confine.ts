import { access, constants, mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { until } from "./supervisor.ts";

/** How this machine holds a process to its memory. */
export interface Confinement {
  readonly how: "cgroup v2" | "cgroup v1" | "watched";
  /** Makes the group of a part; gives the file into which the process writes its number, or null where it is only watched. */
  confine(name: string, memoryMb: number): Promise<string | null>;
  unconfine(name: string): Promise<void>;
  /** Times that the kernel ended a process of this part for its memory. */
  kills(name: string): Promise<number>;
}

const writable = (path: string): Promise<boolean> => access(path, constants.W_OK).then(() => true, () => false);

/** Finds what this machine offers. https://docs.kernel.org/admin-guide/cgroup-v2.html and cgroup-v1/memory.html */
export async function findConfinement(state: string): Promise<Confinement> {
  const group = `dailyge-${createHash("sha256").update(state).digest("hex").slice(0, 12)}`;
  const controllers = await readFile("/sys/fs/cgroup/cgroup.controllers", "utf8").catch(() => "");
  if (controllers.split(/\s/).includes("memory") && (await offersMemory("/sys/fs/cgroup"))) {
    return grouped(`/sys/fs/cgroup/${group}`, "cgroup v2");
  }
  if (await writable("/sys/fs/cgroup/memory/cgroup.procs")) return grouped(`/sys/fs/cgroup/memory/${group}`, "cgroup v1");
  return { how: "watched", confine: async () => null, unconfine: async () => {}, kills: async () => 0 };
}

/** Whether children of the root group get the memory controller, ours to switch on where they do not. */
async function offersMemory(root: string): Promise<boolean> {
  if (!(await writable(`${root}/cgroup.procs`))) return false;
  const control = `${root}/cgroup.subtree_control`;
  if ((await readFile(control, "utf8").catch(() => "")).includes("memory")) return true;
  return writeFile(control, "+memory").then(() => true, () => false);
}

function grouped(root: string, how: "cgroup v1" | "cgroup v2"): Confinement {
  const limit = how === "cgroup v2" ? "memory.max" : "memory.limit_in_bytes";
  const events = how === "cgroup v2" ? "memory.events" : "memory.oom_control";
  const directory = (name: string): string => `${root}/${name}`;
  return {
    how,
    async confine(name, memoryMb) {
      if (how === "cgroup v2") {
        await mkdir(root, { recursive: true });
        await writeFile(`${root}/cgroup.subtree_control`, "+memory").catch(() => {});
      }
      await mkdir(directory(name), { recursive: true });
      await writeFile(`${directory(name)}/${limit}`, String(memoryMb * 1024 * 1024));
      return `${directory(name)}/cgroup.procs`;
    },
    async unconfine(name) {
      await until(1, () => rmdir(directory(name)).then(() => true, (error: NodeJS.ErrnoException) => error.code === "ENOENT"));
      await rmdir(root).catch(() => {});
    },
    async kills(name) {
      const text = await readFile(`${directory(name)}/${events}`, "utf8").catch(() => "");
      return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
    },
  };
}

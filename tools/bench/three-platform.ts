import { copyFile, cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { askOnce, written, type Request } from "./http.ts";
import type { Stream } from "./load.ts";
import type { Platform } from "./platform.ts";
import { repository, type Workbench } from "./workbench.ts";

/** Three replicas of the reference API. Two releases of it are built, so that a deploy builds and migrates nothing. */
export interface Three {
  readonly platform: Platform;
  readonly host: string;
  readonly port: number;
  /** What serves now. */
  current(): Promise<string>;
  /** Goes to the other one of the two releases. */
  deploy(): Promise<void>;
  /** GETs and POSTs of somebody who is signed in. */
  readonly streams: Readonly<Record<"GET" | "POST", Stream>>;
}

const GETS_PER_SECOND = 100;
const POSTS_PER_SECOND = 40;

let made: Promise<Three> | null = null;

/** Prepared once for all figures of one run. */
export function three(bench: Workbench): Promise<Three> {
  return (made ??= make(bench));
}

async function make(bench: Workbench): Promise<Three> {
  const platform = await bench.platform("three-replica", async (directory) => {
    for (const release of ["api", "other"]) await copyApi(join(directory, release));
    await writeFile(join(directory, "other/RELEASE"), "the other one\n");
    await copyFile(join(import.meta.dirname, "three.ts"), join(directory, "platform.ts"));
    return join(directory, "platform.ts");
  });
  const sources = [join(platform.directory, "other"), join(platform.directory, "api")] as const;
  let deploys = 0;
  const deploy = async (): Promise<void> => {
    await platform.deploy("api", sources[deploys % 2 === 0 ? 0 : 1]);
    deploys += 1;
  };
  await deploy();
  await deploy();
  const { host, port } = await platform.address("api");
  const cookie = await signUp(host, port);
  const stream = (request: Request, expected: number, perSecond: number): Stream => ({ request: written(request), expected, connections: 8, perSecond, count: null });
  const day = "2026-12-01";
  return {
    platform,
    host,
    port,
    deploy,
    current: async () => (await platform.replicas("api"))[0]?.release ?? "",
    streams: {
      GET: stream({ method: "GET", host, path: "/api/session", headers: { Cookie: cookie } }, 200, GETS_PER_SECOND),
      POST: stream({ method: "POST", host, path: "/api/tasks", headers: { Cookie: cookie }, body: JSON.stringify({ title: "measure", day }) }, 201, POSTS_PER_SECOND),
    },
  };
}

export async function copyApi(to: string): Promise<void> {
  const from = join(repository, "examples/dailyge/services/api");
  await cp(from, to, { recursive: true, filter: (path) => !path.includes("node_modules") });
}

async function signUp(host: string, port: number): Promise<string> {
  const body = JSON.stringify({ email: "bench@example.com", password: "only for the bench" });
  const { status, head } = await askOnce(port, { method: "POST", host, path: "/api/users", body });
  const cookie = /^set-cookie: *([^;\r]+)/im.exec(head)?.[1];
  if (status >= 300 || cookie === undefined) throw new Error(`signing up was answered with ${status}`);
  return cookie;
}

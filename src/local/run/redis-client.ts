import { spawn } from "node:child_process";
import { REDIS_ADMINISTRATOR, quoteRedis } from "../render/redis.ts";

/** How our administrator reaches a Redis: by its own client, over its socket. */
export interface RedisClient {
  readonly program: string;
  /** For this program only. */
  readonly libraryPath: string | null;
  readonly socket: string;
  readonly password: () => Promise<string>;
}

/** Its replies as redis-cli(1) prints them: JSON, a line each; or the first refusal. */
export type RedisAnswer = { readonly lines: readonly string[] } | { readonly refused: string; readonly inTime: boolean };

/** Has redis-cli(1) give commands, one after the other. Words with spaces in them stay words; the password is in its environment. */
export async function askRedis(client: RedisClient, commands: readonly (readonly string[])[], withinMs: number, signal?: AbortSignal): Promise<RedisAnswer> {
  const child = spawn(client.program, ["-s", client.socket, "--user", REDIS_ADMINISTRATOR, "--json"], {
    env: { REDISCLI_AUTH: await client.password(), ...(client.libraryPath === null ? {} : { LD_LIBRARY_PATH: client.libraryPath }) },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const { promise, resolve } = Promise.withResolvers<RedisAnswer>();
  let out = "";
  let errors = "";
  const giveUp = () => {
    resolve({ refused: "no answer in time", inTime: false });
    child.kill("SIGKILL");
  };
  const timer = setTimeout(giveUp, withinMs);
  signal?.addEventListener("abort", giveUp, { once: true });
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  child.stdin.on("error", () => {}).end(commands.map((words) => `${words.map(quoteRedis).join(" ")}\n`).join(""));
  child.on("error", ({ message }) => resolve({ refused: message, inTime: true }));
  child.on("close", () => resolve(parseReplies(out, errors, commands.length)));
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  });
}

/** At least a line for each reply; `error:` and a text in quotes for a refused one. Without a connection there is none. */
export function parseReplies(out: string, errors: string, count: number): RedisAnswer {
  const lines = out.split(/\r?\n/).filter((line) => line !== "");
  const refused = lines.find((line) => line.startsWith("error:"));
  if (refused !== undefined) return { refused: refused.slice("error:".length).replaceAll(/^"|"$/g, ""), inTime: true };
  return lines.length < count ? { refused: errors.split("\n")[0] ?? "", inTime: true } : { lines };
}

import { randomBytes } from "node:crypto";
import type { Redis } from "./redis.ts";
import type { Token } from "./tokens.ts";

const SESSION_DAYS = 30;
/** Browsers that one person may be signed in with; the oldest one makes room. */
const MOST_SESSIONS = 20;

/** One key a person, with a field a session: all of a person's sessions end at once. */
const key = (person: number): string => `sessions:${person}`;

export interface Session {
  readonly token: Token;
  readonly expiresAt: Date;
}

export async function startSession(redis: Redis, person: number): Promise<Session> {
  const session = randomBytes(16).toString("hex");
  const expiresAt = new Date(Date.now() + SESSION_DAYS * 86_400_000);
  await redis.ask(async (client) => {
    const left = superfluous(await client.hGetAll(key(person)), Date.now());
    const change = client.multi().hSet(key(person), session, expiresAt.getTime()).expire(key(person), SESSION_DAYS * 86_400);
    await (left.length > 0 ? change.hDel(key(person), left) : change).exec();
  });
  return { token: { session, user: person }, expiresAt };
}

/** Sessions that have expired, and the oldest of too many. */
export function superfluous(sessions: Readonly<Record<string, string>>, now: number): string[] {
  const live = Object.entries(sessions).filter(([, expiresAt]) => Number(expiresAt) > now).sort(([, one], [, other]) => Number(other) - Number(one));
  const kept = new Set(live.slice(0, MOST_SESSIONS - 1).map(([session]) => session));
  return Object.keys(sessions).filter((session) => !kept.has(session));
}

export async function isLive(redis: Redis, { user, session }: Token): Promise<boolean> {
  const expiresAt = await redis.ask((client) => client.hGet(key(user), session));
  return Number(expiresAt ?? 0) > Date.now();
}

export async function endSession(redis: Redis, { user, session }: Token): Promise<void> {
  await redis.ask((client) => client.hDel(key(user), session));
}

export async function endSessionsOf(redis: Redis, person: number): Promise<void> {
  await redis.ask((client) => client.del(key(person)));
}

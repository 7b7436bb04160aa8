import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Database } from "./database.ts";
import { findPerson, type Person } from "./people.ts";
import type { Redis } from "./redis.ts";
import { Refusal } from "./refusal.ts";
import { endSession, isLive, startSession } from "./sessions.ts";
import { readToken, signToken, type Token } from "./tokens.ts";

/** What handlers behind `signedIn` know. */
export interface SignedIn {
  readonly Variables: { readonly person: Person; readonly token: Token };
}

/** What sessions are kept with. */
export interface Holder {
  readonly database: Database;
  readonly redis: Redis;
  /** Of the tokens' signatures. */
  readonly key: string;
}

/**
 * The cookie belongs to the API's host alone and no script can read it. The pages are on another origin but the same site
 * (tasks.dailyge.com and api.dailyge.com), so `Strict` lets it through; over https its name binds it to this very host.
 */
const isSecure = (context: Context): boolean => context.req.header("x-forwarded-proto") === "https";
const cookieName = (context: Context): string => (isSecure(context) ? "__Host-session" : "session");
const cookieOptions = (context: Context) => ({ path: "/", httpOnly: true, sameSite: "Strict", secure: isSecure(context) }) as const;

/** Signs a person in. Whoever was disabled meanwhile is not: their sessions are ended after that was written, this one before we read it. */
export async function openSession(context: Context, { database, redis, key }: Holder, person: Person): Promise<void> {
  const { token, expiresAt } = await startSession(redis, person.id);
  if (!(await findPerson(database, person.id))) {
    await endSession(redis, token);
    throw new Refusal(403, "disabled", "this account has been disabled");
  }
  setCookie(context, cookieName(context), await signToken(token, expiresAt, key), { ...cookieOptions(context), expires: expiresAt });
}

export function forgetSession(context: Context): void {
  deleteCookie(context, cookieName(context), cookieOptions(context));
}

/** Null where nobody is signed in. */
export async function readSession(context: Context, { database, redis, key }: Holder): Promise<SignedIn["Variables"] | null> {
  const text = getCookie(context, cookieName(context));
  const token = text === undefined ? null : await readToken(text, key);
  if (!token) return null;
  const [live, person] = await Promise.all([isLive(redis, token), findPerson(database, token.user)]);
  return live && person ? { person, token } : null;
}

export function signedIn(holder: Holder): MiddlewareHandler<SignedIn> {
  return async (context, next) => {
    const session = await readSession(context, holder);
    if (!session) throw new Refusal(401, "signed-out", "sign in first");
    context.set("person", session.person);
    context.set("token", session.token);
    await next();
  };
}

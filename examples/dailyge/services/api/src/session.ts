import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Database } from "./database.ts";
import { personOf, startSession, type Person } from "./people.ts";
import { Refusal } from "./refusal.ts";
import { readToken, signToken, type Token } from "./tokens.ts";

/** What handlers behind `signedIn` know. */
export interface SignedIn {
  readonly Variables: { readonly person: Person; readonly token: Token };
}

/**
 * The cookie belongs to the API's host alone and no script can read it. The pages are on another origin but the same site
 * (www.dailyge.com and api.dailyge.com), so `Strict` lets it through; over https its name binds it to this very host.
 */
const isSecure = (context: Context): boolean => context.req.header("x-forwarded-proto") === "https";
const cookieName = (context: Context): string => (isSecure(context) ? "__Host-session" : "session");
const cookieOptions = (context: Context) => ({ path: "/", httpOnly: true, sameSite: "Strict", secure: isSecure(context) }) as const;

export async function openSession(context: Context, database: Database, person: Person, key: string): Promise<void> {
  const { token, expiresAt } = await startSession(database, person);
  setCookie(context, cookieName(context), await signToken(token, expiresAt, key), { ...cookieOptions(context), expires: expiresAt });
}

export function forgetSession(context: Context): void {
  deleteCookie(context, cookieName(context), cookieOptions(context));
}

/** Null where nobody is signed in. */
export async function readSession(context: Context, database: Database, key: string): Promise<SignedIn["Variables"] | null> {
  const text = getCookie(context, cookieName(context));
  const token = text === undefined ? null : await readToken(text, key);
  const person = token && (await personOf(database, token));
  return token && person && { person, token };
}

export function signedIn(database: Database, key: string): MiddlewareHandler<SignedIn> {
  return async (context, next) => {
    const session = await readSession(context, database, key);
    if (!session) throw new Refusal(401, "signed-out", "sign in first");
    context.set("person", session.person);
    context.set("token", session.token);
    await next();
  };
}

import { sign, verify } from "hono/jwt";

/** Who is signed in, as the cookie says it. The session's row in SQL says whether it still holds. */
export interface Token {
  readonly session: string;
  readonly user: number;
}

export function signToken(token: Token, expiresAt: Date, key: string): Promise<string> {
  return sign({ sub: String(token.user), sid: token.session, exp: Math.floor(expiresAt.getTime() / 1000) }, key, "HS256");
}

/** Null for a token that is forged, expired or no token. Its text and the library's errors, which quote it, go nowhere. */
export async function readToken(text: string, key: string): Promise<Token | null> {
  try {
    const { sub, sid } = await verify(text, key, "HS256");
    return typeof sub === "string" && typeof sid === "string" ? { session: sid, user: Number(sub) } : null;
  } catch {
    return null;
  }
}

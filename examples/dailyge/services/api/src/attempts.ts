import { createHash } from "node:crypto";
import type { Redis } from "./redis.ts";
import { Refusal } from "./refusal.ts";

/** How often one may try within a window. */
interface Limit {
  readonly most: number;
  readonly seconds: number;
}

/** An office signs in from one address. */
const OF_ADDRESS: Limit = { most: 100, seconds: 300 };
const OF_ACCOUNT: Limit = { most: 10, seconds: 300 };

/** The counter of an account does not tell the account. */
const accountKey = (email: string): string => `attempts:account:${createHash("sha256").update(email).digest("hex").slice(0, 32)}`;

/** Counts an attempt to sign in or up before anything else is done for it; throws a Refusal where there were too many. */
export async function countAttempt(redis: Redis, address: string, email: string): Promise<void> {
  const waits = await Promise.all([count(redis, `attempts:address:${address}`, OF_ADDRESS), count(redis, accountKey(email), OF_ACCOUNT)]);
  const seconds = Math.max(...waits);
  if (seconds > 0) throw new Refusal(429, "too-many", "too many attempts", { retryAfterSeconds: seconds });
}

/** Who knows the password has not been guessing. */
export async function forgetAttempts(redis: Redis, email: string): Promise<void> {
  await redis.ask((client) => client.del(accountKey(email)));
}

/** Seconds to wait; 0: none. */
async function count(redis: Redis, key: string, { most, seconds }: Limit): Promise<number> {
  const [, attempts, left] = await redis.ask((client) =>
    client.multi().set(key, 0, { expiration: { type: "EX", value: seconds }, condition: "NX" }).incr(key).ttl(key).exec(),
  );
  return Number(attempts) > most ? Math.max(1, Number(left)) : 0;
}

import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from "node:crypto";
import { Refusal } from "./refusal.ts";

/** One of the equally strong settings of the OWASP Password Storage Cheat Sheet, the one that needs 16 MB. */
const COST = { N: 2 ** 14, r: 8, p: 5 };
const BYTES = 32;
/** Each computation fills a thread of the four that name lookups also need, and 16 MB. */
const AT_ONCE = 2;
const MOST_WAITING = 20;

let running = 0;
const waiting: (() => void)[] = [];

/** `scrypt$16384$8$5$SALT$KEY`, so that old passwords stay readable when the cost rises. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST);
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64"), key.toString("base64")].join("$");
}

/** Takes as long for an account that does not exist (`null`) as for one that does. */
export async function isPassword(password: string, hash: string | null): Promise<boolean> {
  const [, n, r, p, salt, key] = (hash ?? NOBODY).split("$");
  const expected = Buffer.from(key ?? "", "base64");
  const found = await derive(password, Buffer.from(salt ?? "", "base64"), { N: Number(n), r: Number(r), p: Number(p) });
  return hash !== null && expected.length === BYTES && timingSafeEqual(found, expected);
}

const NOBODY = ["scrypt", COST.N, COST.r, COST.p, "AAAAAAAAAAAAAAAAAAAAAA==", ""].join("$");

async function derive(password: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MOST_WAITING) throw new Refusal(503, "busy", "too many people are signing in at once");
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    return await new Promise((resolve, reject) =>
      scrypt(password.normalize("NFC"), salt, BYTES, { ...cost, maxmem: 64 * 2 ** 20 }, (error, key) => (error ? reject(error) : resolve(key))),
    );
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

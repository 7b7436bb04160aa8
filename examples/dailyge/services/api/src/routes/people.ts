import { Hono, type Context } from "hono";
import { countAttempt, forgetAttempts } from "../attempts.ts";
import { readBody } from "../body.ts";
import { callerOf } from "../caller.ts";
import { record } from "../events.ts";
import { findAccount, signUp, type Account } from "../people.ts";
import { Refusal } from "../refusal.ts";
import { forgetSession, openSession, readSession, signedIn, type Holder, type SignedIn } from "../session.ts";
import { endSession } from "../sessions.ts";
import { readCredentials, type Credentials } from "../validation.ts";

/** Accounts and sessions. `happened`: there is something to tell the topic. */
export function peopleRoutes(holder: Holder, happened: () => void): Hono<SignedIn> {
  const { database, redis } = holder;
  const routes = new Hono<SignedIn>();

  async function attempt(context: Context, find: (credentials: Credentials) => Promise<Account>): Promise<Account> {
    const credentials = readCredentials(await readBody(context));
    await countAttempt(redis, callerOf(context), credentials.email);
    const account = await find(credentials);
    if (account.disabled) throw new Refusal(403, "disabled", "this account has been disabled");
    await openSession(context, holder, account);
    await forgetAttempts(redis, credentials.email);
    happened();
    return account;
  }

  routes.post("/users", async (context) => {
    let isNew = false;
    const { email } = await attempt(context, async (credentials) => {
      const done = await signUp(database, credentials);
      if (!done) throw new Refusal(409, "email-taken", "there is an account with this address and another password");
      isNew = done.isNew;
      return done.account;
    });
    return context.json({ email }, isNew ? 201 : 200);
  });

  routes.post("/session", async (context) => {
    const { id, email } = await attempt(context, async (credentials) => {
      const account = await findAccount(database, credentials);
      if (!account) throw new Refusal(401, "wrong-credentials", "address or password is wrong");
      return account;
    });
    await record(database, { type: "person.signed-in", person: id, details: {} });
    happened();
    return context.json({ email });
  });

  routes.get("/session", async (context) => context.json({ email: (await readSession(context, holder))?.person.email ?? null }));

  routes.delete("/session", signedIn(holder), async (context) => {
    await endSession(redis, context.var.token);
    forgetSession(context);
    return context.body(null, 204);
  });

  return routes;
}

import { Hono } from "hono";
import { readBody } from "../body.ts";
import type { Database } from "../database.ts";
import { endSession, findPerson, signUp } from "../people.ts";
import { Refusal } from "../refusal.ts";
import { forgetSession, openSession, readSession, signedIn, type SignedIn } from "../session.ts";
import { readCredentials } from "../validation.ts";

/** Accounts and sessions. */
export function peopleRoutes(database: Database, key: string): Hono<SignedIn> {
  const routes = new Hono<SignedIn>();
  const only = signedIn(database, key);

  routes.post("/users", async (context) => {
    const done = await signUp(database, readCredentials(await readBody(context)));
    if (!done) throw new Refusal(409, "email-taken", "there is an account with this address and another password");
    await openSession(context, database, done.person, key);
    return context.json({ email: done.person.email }, done.isNew ? 201 : 200);
  });

  routes.post("/session", async (context) => {
    const person = await findPerson(database, readCredentials(await readBody(context)));
    if (!person) throw new Refusal(401, "wrong-credentials", "address or password is wrong");
    await openSession(context, database, person, key);
    return context.json({ email: person.email });
  });

  routes.get("/session", async (context) => context.json({ email: (await readSession(context, database, key))?.person.email ?? null }));

  routes.delete("/session", only, async (context) => {
    await endSession(database, context.var.token);
    forgetSession(context);
    return context.body(null, 204);
  });

  return routes;
}

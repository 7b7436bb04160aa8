import { Hono } from "hono";
import { listActivity } from "../activity.ts";
import type { Mongodb } from "../mongodb.ts";
import { signedIn, type Holder, type SignedIn } from "../session.ts";

/** What a person did; without MongoDB it is this alone that is away. */
export function activityRoutes(holder: Holder, mongodb: Mongodb): Hono<SignedIn> {
  const routes = new Hono<SignedIn>();
  routes.use(signedIn(holder));
  routes.get("/", async (context) => context.json({ activity: await listActivity(mongodb, context.var.person.id) }));
  return routes;
}

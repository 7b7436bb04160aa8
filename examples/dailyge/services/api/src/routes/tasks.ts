import { Hono } from "hono";
import { readBody } from "../body.ts";
import { Refusal } from "../refusal.ts";
import { signedIn, type Holder, type SignedIn } from "../session.ts";
import { completeTask, createTask, deleteTask, listTasks } from "../tasks.ts";
import { readDay, readIdempotencyKey, readTask, readTaskChange } from "../validation.ts";

/** What a person plans; everyone sees only their own. `happened`: there is something to tell the topic. */
export function taskRoutes(holder: Holder, happened: () => void): Hono<SignedIn> {
  const { database } = holder;
  const routes = new Hono<SignedIn>();
  routes.use(signedIn(holder));
  routes.use(async (context, next) => {
    await next();
    if (context.req.method !== "GET") happened();
  });

  routes.get("/", async (context) => {
    const day = readDay(context.req.query("day"));
    return context.json({ day, tasks: await listTasks(database, context.var.person.id, day) });
  });

  routes.post("/", async (context) => {
    const idempotencyKey = readIdempotencyKey(context.req.header("idempotency-key"));
    const { task, isNew } = await createTask(database, context.var.person.id, readTask(await readBody(context)), idempotencyKey);
    return context.json(task, isNew ? 201 : 200);
  });

  routes.patch("/:id{[1-9][0-9]{0,14}}", async (context) => {
    const { completed } = readTaskChange(await readBody(context));
    const task = await completeTask(database, context.var.person.id, Number(context.req.param("id")), completed);
    if (!task) throw notThere();
    return context.json(task);
  });

  routes.delete("/:id{[1-9][0-9]{0,14}}", async (context) => {
    if (!(await deleteTask(database, context.var.person.id, Number(context.req.param("id"))))) throw notThere();
    return context.body(null, 204);
  });

  return routes;
}

const notThere = (): Refusal => new Refusal(404, "not-found", "there is no such task");

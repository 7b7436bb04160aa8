import { Hono } from "hono";
import type { Configuration } from "../configuration.ts";
import type { Database } from "../database.ts";
import type { Health } from "../health.ts";
import type { Redis } from "../redis.ts";
import { signOut } from "../sign-outs.ts";

/** What the platform and its team ask. Who may ask is decided in front of us: see `paths` in platform.ts. */
export function operationsRoutes(database: Database, redis: Redis, health: () => Promise<Health>, { release, environment }: Configuration): Hono {
  const routes = new Hono();

  routes.get("/api/health-check", async (context) => {
    const { problem, away } = await health();
    return context.json({ status: problem ?? "ok", release, away }, problem === null ? 200 : 503);
  });

  routes.get("/api/admin/statistics", async (context) => {
    const [row] = await database.rows(
      `SELECT (SELECT COUNT(*) FROM users) AS users, (SELECT COUNT(*) FROM tasks) AS tasks,
         (SELECT COUNT(*) FROM tasks WHERE completed_at IS NOT NULL) AS completed`,
    );
    return context.json({ users: Number(row?.["users"]), tasks: Number(row?.["tasks"]), completed: Number(row?.["completed"]) });
  });

  // The admin API calls it inside the platform when it has disabled someone.
  routes.delete("/internal/people/:id{[1-9][0-9]{0,14}}/sessions", async (context) => {
    await signOut(database, redis, Number(context.req.param("id")));
    return context.body(null, 204);
  });

  routes.get("/internal/version", (context) => context.json({ release, environment, node: process.version }));

  return routes;
}

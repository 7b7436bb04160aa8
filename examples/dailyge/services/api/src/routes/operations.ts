import { Hono } from "hono";
import type { Configuration } from "../configuration.ts";
import type { Database } from "../database.ts";
import type { Health } from "../health.ts";

/** What the platform and its team ask. Who may ask is decided in front of us: see `paths` in platform.ts. */
export function operationsRoutes(database: Database, health: Health, { release, environment }: Configuration): Hono {
  const routes = new Hono();

  routes.get("/api/health-check", async (context) => {
    const problem = await health();
    return context.json({ status: problem ?? "ok", release }, problem === null ? 200 : 503);
  });

  routes.get("/api/admin/statistics", async (context) => {
    const [row] = await database.rows(
      `SELECT (SELECT COUNT(*) FROM users) AS users, (SELECT COUNT(*) FROM tasks) AS tasks,
         (SELECT COUNT(*) FROM tasks WHERE completed_at IS NOT NULL) AS completed`,
    );
    return context.json({ users: Number(row?.["users"]), tasks: Number(row?.["tasks"]), completed: Number(row?.["completed"]) });
  });

  routes.get("/internal/version", (context) => context.json({ release, environment, node: process.version }));

  return routes;
}

import { Hono, type Context, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { routePath } from "hono/route";
import type { Configuration } from "./configuration.ts";
import type { Database } from "./database.ts";
import type { Health } from "./health.ts";
import { log, reason } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Mongodb } from "./mongodb.ts";
import type { Redis } from "./redis.ts";
import { Refusal } from "./refusal.ts";
import { activityRoutes } from "./routes/activity.ts";
import { operationsRoutes } from "./routes/operations.ts";
import { peopleRoutes } from "./routes/people.ts";
import { taskRoutes } from "./routes/tasks.ts";
import { Unavailable } from "./unavailable.ts";

export interface Parts {
  readonly configuration: Configuration;
  readonly database: Database;
  readonly redis: Redis;
  readonly mongodb: Mongodb;
  readonly health: () => Promise<Health>;
  readonly metrics: Metrics;
  /** There is something to tell the topic. */
  readonly happened: () => void;
  readonly stopping: AbortSignal;
}

const MOST_BODY_BYTES = 16 * 1024;

/** The whole service, request in, answer out. */
export function createApp({ configuration, database, redis, mongodb, health, metrics, happened, stopping }: Parts): Hono {
  const holder = { database, redis, key: configuration.tokenKey };
  const app = new Hono();
  app.use(measured(metrics));
  app.use(headers(configuration.release, stopping));
  app.use(cors({
    origin: [...configuration.allowedOrigins],
    credentials: true,
    allowMethods: ["GET", "POST", "PATCH", "DELETE"],
    allowHeaders: ["Content-Type", "Idempotency-Key"],
    exposeHeaders: ["X-Release", "Retry-After"],
    maxAge: 600,
  }));
  app.use(fromOurPages(configuration.allowedOrigins));
  app.use(bodyLimit({ maxSize: MOST_BODY_BYTES, onError: () => { throw new Refusal(413, "too-large", "at most 16 KB"); } }));
  app.route("/", operationsRoutes(database, redis, health, configuration));
  app.route("/api", peopleRoutes(holder, happened));
  app.route("/api/tasks", taskRoutes(holder, happened));
  app.route("/api/activity", activityRoutes(holder, mongodb));
  app.notFound((context) => answer(context, new Refusal(404, "not-found", "there is nothing here")));
  app.onError((error, context) => answer(context, refusalOf(error, context)));
  return app;
}

function answer(context: Context, { status, code, message, fields, retryAfterSeconds }: Refusal): Response {
  if (retryAfterSeconds !== null) context.header("Retry-After", String(retryAfterSeconds));
  return context.json({ error: { code, message, ...(Object.keys(fields).length > 0 ? { fields } : {}) } }, status);
}

/** What the caller may know of an error; the log has the rest. */
function refusalOf(error: Error, context: Context): Refusal {
  if (error instanceof Refusal) return error;
  const request = { method: context.req.method, path: context.req.path, request: context.req.header("x-request-id") };
  if (error instanceof Unavailable) {
    log(`a request found no ${error.part}`, { ...request, reason: reason(error.cause) });
    return new Refusal(503, "unavailable", "try again in a moment");
  }
  log("a request failed", { ...request, error: error.stack });
  return new Refusal(500, "failed", "this is our mistake");
}

function measured(metrics: Metrics): MiddlewareHandler {
  return async (context, next) => {
    const start = performance.now();
    await next();
    const path = routePath(context, -1);
    const route = path.endsWith("*") ? "none" : path.replace(/\{.*\}/, "");
    metrics.answered(context.req.method, route, context.res.status, (performance.now() - start) / 1000);
  };
}

function headers(release: string, stopping: AbortSignal): MiddlewareHandler {
  return async (context, next) => {
    await next();
    context.header("X-Release", release);
    context.header("Cache-Control", "no-store");
    context.header("X-Content-Type-Options", "nosniff");
    if (stopping.aborted) context.header("Connection", "close");
  };
}

/** A browser says which page a change comes from; one that is not ours may not use our user's cookie. */
function fromOurPages(allowedOrigins: readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    const origin = context.req.header("origin");
    if (origin !== undefined && !["GET", "HEAD"].includes(context.req.method) && !allowedOrigins.includes(origin)) {
      throw new Refusal(403, "foreign-page", "this page may not call us");
    }
    await next();
  };
}

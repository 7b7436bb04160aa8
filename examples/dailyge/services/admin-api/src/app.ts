import { serveStatic } from "@hono/node-server/serve-static";
import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import type { Api } from "./api.ts";
import type { Configuration } from "./configuration.ts";
import type { Database } from "./database.ts";
import { log, reason } from "./log.ts";
import { listPeople, setDisabled } from "./people.ts";
import { readStatistics } from "./statistics.ts";
import { Unavailable } from "./unavailable.ts";

export interface Parts {
  readonly configuration: Configuration;
  readonly database: Database;
  readonly api: Api;
  readonly stopping: AbortSignal;
}

/** The whole service. Who may reach it is decided in front of us: see `reachableBy` in platform.ts. */
export function createApp({ configuration, database, api, stopping }: Parts): Hono {
  const app = new Hono();
  app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'self'"], objectSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] } }));
  app.use(async (context, next) => {
    await next();
    if (context.req.path.startsWith("/api/") || stopping.aborted) context.header("Cache-Control", "no-store");
    else context.header("Cache-Control", "no-cache");
    if (stopping.aborted) context.header("Connection", "close");
  });
  app.use(fromOurPage);
  app.use(bodyLimit({ maxSize: 1_024 }));

  app.get("/health", async (context) => {
    const problem = stopping.aborted ? "stopping" : await database.ping().then(() => null, () => "the database does not answer");
    return context.json({ status: problem ?? "ok", release: configuration.release }, problem === null ? 200 : 503);
  });
  app.get("/api/about", (context) => context.json({ environment: configuration.environment, release: configuration.release }));
  app.get("/api/statistics", async (context) => context.json(await readStatistics(database)));
  app.get("/api/people", async (context) => {
    const before = context.req.query("before");
    if (before !== undefined && !/^[1-9]\d{0,14}$/.test(before)) return context.json({ error: "before is the id of a person" }, 400);
    return context.json(await listPeople(database, (context.req.query("search") ?? "").trim().slice(0, 254), before === undefined ? null : Number(before)));
  });
  app.put("/api/people/:id{[1-9][0-9]{0,14}}/disabled", async (context) => {
    const id = Number(context.req.param("id"));
    const body: unknown = await context.req.json().catch(() => null);
    if (body !== true && body !== false) return context.json({ error: "send true or false as JSON" }, 400);
    const done = await setDisabled(database, id, body);
    if (!done) return context.json({ error: "there is no such person" }, 404);
    if (done.changed) log(body ? "disabled" : "enabled", { person: id });
    return context.json({ disabled: body, signedOut: body ? await api.signOut(id) : false });
  });

  app.use(serveStatic({ root: new URL("../page", import.meta.url).pathname }));
  app.notFound((context) => context.json({ error: "there is nothing here" }, 404));
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse();
    const unavailable = error instanceof Unavailable;
    log(unavailable ? `a request found no ${error.part}` : "a request failed", {
      method: context.req.method, path: context.req.path, ...(unavailable ? { reason: reason(error.cause) } : { error: error.stack }),
    });
    if (unavailable) context.header("Retry-After", "1");
    return context.json({ error: unavailable ? "try again in a moment" : "this is our mistake" }, unavailable ? 503 : 500);
  });
  return app;
}

/** Being in the office is all that it takes to be let in, so a page elsewhere must not borrow an office browser. */
const fromOurPage: MiddlewareHandler = async (context, next) => {
  if (!["GET", "HEAD"].includes(context.req.method)) {
    const { origin, host, "sec-fetch-site": site = "same-origin" } = context.req.header();
    if (site !== "same-origin" || (origin !== undefined && URL.parse(origin)?.host !== host)) return context.json({ error: "this page may not call us" }, 403);
    if (!/^application\/json(;|$)/i.test(context.req.header("content-type") ?? "")) return context.json({ error: "send application/json" }, 415);
  }
  await next();
};

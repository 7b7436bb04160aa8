import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";

/**
 * The address of who asks. The load balancer in front of us adds the one that it sees to the end of X-Forwarded-For; what stands
 * before it anyone can have written.
 */
export function callerOf(context: Context): string {
  const last = context.req.header("x-forwarded-for")?.split(",").at(-1)?.trim();
  return last || (getConnInfo(context).remote.address ?? "unknown");
}

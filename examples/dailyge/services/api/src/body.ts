import type { Context } from "hono";
import { Refusal } from "./refusal.ts";

/** The request's JSON. Any other type is refused: a form of a foreign page can send those without asking. */
export async function readBody(context: Context): Promise<unknown> {
  if (!/^application\/json(;|$)/i.test(context.req.header("content-type") ?? "")) throw new Refusal(415, "not-json", "send application/json");
  try {
    return await context.req.json();
  } catch (error) {
    if (error instanceof SyntaxError) throw new Refusal(400, "malformed", "the request's body is no JSON");
    throw error;
  }
}

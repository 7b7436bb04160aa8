import type { Environment } from "../../model/model.ts";
import { Failure } from "../../kit/failure.ts";
import { linkedToTopics } from "../render/messaging.ts";
import type { MissingServer, ServerSearch } from "./database-engine.ts";
import { findFauxqs, type FoundPackage } from "./parts/index.ts";

/** What can play SNS and SQS here, or that nothing can; null where nobody publishes or consumes. */
export async function findMessaging(environment: Environment, search: ServerSearch): Promise<FoundPackage | MissingServer | null> {
  if (linkedToTopics(environment).length === 0) return null;
  try {
    return await findFauxqs(search);
  } catch (cause) {
    if (!(cause instanceof Failure) || (cause.code !== "part-missing" && cause.code !== "download-failed")) throw cause;
    return { why: cause.message, help: cause.hint ?? "./dailyge doctor" };
  }
}

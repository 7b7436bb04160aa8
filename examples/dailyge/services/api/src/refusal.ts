import type { ContentfulStatusCode } from "hono/utils/http-status";

/** Why a field was not accepted; the pages have a sentence for each. */
export type Problem = "required" | "too-short" | "too-long" | "malformed";

/** A request that we understand and do not grant. It becomes the answer. */
export class Refusal extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly fields: Readonly<Record<string, Problem>>;
  /** When to try again; null: it makes no difference. */
  readonly retryAfterSeconds: number | null;

  constructor(status: ContentfulStatusCode, code: string, message: string, more: Partial<Pick<Refusal, "fields" | "retryAfterSeconds">> = {}) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
    this.fields = more.fields ?? {};
    this.retryAfterSeconds = more.retryAfterSeconds ?? (status === 503 ? 1 : null);
  }
}

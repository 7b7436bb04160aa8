/** Every way in which the world can refuse. Code branches on these, never on text. */
export type FailureCode =
  | "usage"
  | "definition-unreadable"
  | "part-missing"
  | "download-failed"
  | "state-foreign"
  | "state-corrupt"
  | "state-busy"
  | "controller-unreachable"
  | "not-running"
  | "port-taken"
  | "disk-full"
  | "permission"
  | "build-failed"
  | "migration-failed"
  | "seed-failed"
  | "start-failed"
  | "deploy-failed"
  | "nothing-to-roll-back"
  | "secret-missing"
  | "unknown-name"
  | "terraform-missing"
  | "terraform-old"
  | "terraform-failed"
  | "state-locked"
  | "state-missing"
  | "credentials-missing"
  | "credentials-expired"
  | "account-wrong"
  | "access-denied"
  | "throttled"
  | "quota-exceeded"
  | "network"
  | "data-guarded"
  | "interrupted"
  | "cancelled";

/** The world refused. The message says what happened and why, the hint what to type next. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly hint: string | null;
  /** Lines that show it: the end of a log, a place in a file. */
  readonly details: readonly string[];

  constructor(code: FailureCode, message: string, more: { hint?: string | null; details?: readonly string[]; cause?: unknown } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "Failure";
    this.code = code;
    this.hint = more.hint ?? null;
    this.details = more.details ?? [];
  }
}

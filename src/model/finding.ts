/** The definition is wrong (`error`) or unwise (`warning`) here. */
export interface Finding {
  /** Stable name of the rule, for people who look it up: `unknown-field`. */
  readonly rule: string;
  readonly severity: "error" | "warning";
  /** Where it is written: `services.api.uses[1]`. */
  readonly path: string;
  /** Environments it was found in; empty where it does not depend on one. */
  readonly environments: readonly string[];
  readonly message: string;
  /** What to do about it, as an order. */
  readonly fix: string;
}

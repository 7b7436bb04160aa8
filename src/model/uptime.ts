export interface Uptime {
  /** E-mail addresses. */
  readonly notify: readonly string[];
}

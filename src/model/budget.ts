export interface Budget {
  readonly usdPerMonth: number;
  /** E-mail addresses. */
  readonly notify: readonly string[];
}

/** What an environment may cost. AWS looks about once a day, at figures up to a day old: it tells, and stops nothing. On one machine it means nothing. */
export interface BudgetDefinition {
  /**
   * US dollars a month, credits and refunds not counted. What counts is all of the account where it is the environment's
   * alone; else what has the tags `platform` and `environment`, which have to be made cost allocation tags (AWS's console, Billing) first.
   */
  readonly usdPerMonth: number;
  /** E-mail addresses, ten at most, that are told at 80 % and at 100 %, and when the month is expected to end above it. */
  readonly notify: readonly string[];
}

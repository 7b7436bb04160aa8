export interface Logs {
  /** One of the spans that CloudWatch has. */
  readonly keepDays: number;
}

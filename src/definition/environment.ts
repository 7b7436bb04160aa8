/** One place where the platform runs: `dev`, `prod`. */
export interface EnvironmentDefinition {
  /** Git branch whose merges are deployed here. */
  readonly branch: string;
  /** How a host name is written here; `{host}` stands for the part's own. @default "{host}" */
  readonly hosts?: string;
  /** The twelve digits of the AWS account; commands refuse any other. @default any account */
  readonly account?: string;
  /** Commands that change it ask for its name first. @default false */
  readonly guarded?: boolean;
}

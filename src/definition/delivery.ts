/** The repository whose workflows deliver the platform to AWS; `dailyge bootstrap` lets them in. It means nothing on one machine. */
export interface DeliveryDefinition {
  /** Repository on GitHub, `"owner/name"` in GitHub's own spelling: its pull requests may plan, and an environment's branch may apply that environment. The last environment's branch also applies what all share. */
  readonly repository: string;
  /** The repository's number, which nobody gets who later has its name: `gh api repos/OWNER/NAME --jq .id`. @default its name alone is checked */
  readonly repositoryId?: number;
  /** An account knows GitHub once only: `"existing"` where something else has made that identity provider already. @default "own", `dailyge bootstrap` makes it */
  readonly identityProvider?: "own" | "existing";
}

/** The repository whose workflows deliver the platform. */
export interface Delivery {
  /** `dailyge/dailyge-server` */
  readonly repository: string;
  readonly repositoryId: number | null;
  readonly identityProvider: "own" | "existing";
}

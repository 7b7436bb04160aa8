/** An environment's network on AWS. */
export interface Network {
  /** `10.20.0.0/16` */
  readonly addresses: string;
  readonly zones: number;
  readonly nat: "one" | "one per zone";
  /** 0: no records are made. */
  readonly flowLogDays: number;
  /** Id of a VPC that is to be taken over. */
  readonly existing: string | null;
}

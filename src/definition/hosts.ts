/** EC2 instances of one kind that services share. Services of different groups share no network: only links connect them. On one machine all groups are that machine. */
export interface HostsDefinition {
  /** EC2 instance type; it also says whether images are made for ARM, `"t4g.small"`, or for x86, `"t3.small"`. */
  readonly instance: string;
  /** At least so many instances. @default as many as the fewest replicas need, two where something runs more than once */
  readonly least?: number;
  /** At most so many: two copies of every service must fit on them while it is deployed. @default as many as all replicas need twice */
  readonly most?: number;
}

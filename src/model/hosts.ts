/** EC2 instances of one kind that some services share, and with it one network node. */
export interface HostGroup {
  readonly name: string;
  /** EC2 instance type, one that instance-type.ts knows. */
  readonly instance: string;
  readonly least: number;
  readonly most: number;
}

/** Where services run when the definition names no hosts. */
export const DEFAULT_GROUP = "general";

/** Ports that containers get on their host: the agent is told this range, load balancers may reach it and no other. */
export const HOST_PORTS = { from: 40_000, to: 40_999 } as const;

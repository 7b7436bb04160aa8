/** Who can reach whom. A node is `world`, `team:office`, `site:main`, `service:api`, `database:mysql`, `topic:events` or `queue:events/worker`. */
export interface Graph {
  readonly nodes: readonly string[];
  readonly edges: readonly Edge[];
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  /** What the reader saw that opens the way, for people. */
  readonly because: string;
}

/** People who may reach what the public may not, known by where they come from. */
export interface TeamDefinition {
  /** IPv4 or IPv6 addresses or CIDR blocks of their network: `"203.0.113.0/24"`. */
  readonly addresses: readonly string[];
}

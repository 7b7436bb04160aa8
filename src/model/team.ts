export interface Team {
  readonly name: string;
  /** CIDR blocks; a single address is written with its full prefix, `/32` or `/128`. */
  readonly addresses: readonly string[];
}

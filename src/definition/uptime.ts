/** Whether public hosts answer, asked from outside: by Route 53, from three continents, every 30 seconds. On one machine nobody asks. */
export interface UptimeDefinition {
  /** E-mail addresses that are told when a host has not answered for two minutes, and when it does again; each confirms once, by a link that AWS sends. */
  readonly notify: readonly string[];
}

import type { Duration, Size } from "./units.ts";

/** A relational database of the platform. */
export interface DatabaseDefinition {
  /** What it is. */
  readonly engine: "mysql";
  /** Version of the engine. @default "8.4" */
  readonly version?: string;
  /** RDS instance class. @default "db.t4g.micro" */
  readonly instance?: `db.${string}`;
  /** Disk space on AWS; it grows by itself up to twice this. @default "20 GB" */
  readonly storage?: Size;
  /** Statements slower than this are logged. @default "500 ms" */
  readonly slowQuery?: Duration;
  /** How long daily backups are kept on AWS. @default "7 days" */
  readonly backups?: Duration;
  /** A second instance in another zone of AWS takes over when the first fails. @default false */
  readonly standby?: boolean;
}

export interface Database {
  readonly name: string;
  readonly engine: "mysql";
  readonly version: string;
  /** RDS instance class. */
  readonly instance: string;
  readonly storageGb: number;
  readonly slowQueryMs: number;
  readonly backupDays: number;
  readonly standby: boolean;
  /** Name of the schema that its users share: the database's own name with `_` for `-`, never one that the engine keeps for itself. */
  readonly schema: string;
  /** Services that use it, each with a user of its own. */
  readonly usedBy: readonly string[];
}

/** A service's own user of a database. */
export interface DatabaseUser {
  /** The service's name. */
  readonly name: string;
  readonly password: string;
}

/** Where the password of a database's own administrator is kept. */
export const databaseRootSecret = (database: string): string => `databases/${database}/root`;

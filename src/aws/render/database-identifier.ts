import type { Database } from "../../model/database.ts";
import { mysqlIdentifier } from "./mysql.ts";

/** How an instance of RDS is called: as it was made, or as it was found. */
export const instanceIdentifier = (prefix: string, database: Database): string =>
  (database.engine === "mysql" ? database.existing : null) ?? mysqlIdentifier(prefix, database.deployedAs);

import { Failure } from "../../kit/failure.ts";
import type { Database, Engine } from "../../model/database.ts";
import { isMissing } from "./database-engine.ts";
import type { Servers } from "./database-engines.ts";

const PRODUCTS: Readonly<Record<Engine, string>> = { mysql: "MySQL", redis: "Redis", mongodb: "MongoDB" };

/** That each database is played by what production runs. @throws Failure `part-missing` that names those that are not, and what would be needed */
export function requireExact(databases: readonly Database[], servers: Servers): void {
  const refused = databases.flatMap(({ name, engine, ...database }) => {
    const server = servers[engine];
    if (server === undefined || (!isMissing(server) && server.substitutes === null)) return [];
    const product = `${PRODUCTS[engine]}${"version" in database ? ` ${database.version}` : ""}`;
    return [{ product, why: isMissing(server) ? `${name}: ${server.why}` : `${name} would be ${server.product} ${server.version} in place of ${server.substitutes}` }];
  });
  if (refused.length === 0) return;
  const needed = [...new Set(refused.map(({ product }) => product))].join(" and ");
  throw new Failure("part-missing", `cannot bring it up exactly as in production: ${refused.map(({ why }) => why).join("; ")}`, {
    hint: `install ${needed} so that the server is on the PATH, or take what is approximate: ./dailyge up`,
  });
}

import type { MysqlDatabase } from "../../model/database.ts";
import { databaseUserSecret } from "../render/address.ts";
import { databaseRootSecret } from "../render/database.ts";
import { DATABASE_DIFFERENCES } from "../render/mysql-differences.ts";
import { DEFAULT_BUFFER_POOL_MB, type PlacedDatabase } from "../render/mysql-placed.ts";
import { renderDatabase } from "../render/mysql.ts";
import type { DatabaseEngine, FoundServer, LocalDatabase } from "./database-engine.ts";
import type { ShellCommand } from "./database-shell.ts";
import { openDatabase } from "./mysql-open.ts";
import { prepareDatabase } from "./mysql-prepare.ts";
import { programOf, type DatabaseServer } from "./mysql-template.ts";
import { programEnvironment } from "./parts/index.ts";
import { partSockets } from "./sockets.ts";
import type { Stage } from "./stage.ts";

/** MySQL 8.4 where it is on the PATH, else MariaDB. */
export const mysql: DatabaseEngine<"mysql"> = {
  parts: ["mariadb"],
  findServer: async ({ mariadb }) => mariadb ?? { why: "no SQL server was found", help: "./dailyge doctor" },
  here: mysqlHere,
  promises: (server) => {
    const { product, version, substitutes } = server;
    const plays = substitutes === null ? `${product} ${version}` : `${product} ${version} in place of ${substitutes}`;
    return [{ promise: "MySQL", how: `${plays}; unlike RDS:`, details: DATABASE_DIFFERENCES[sqlServer(server).flavour].map(({ says }) => says) }];
  },
};

const sqlServer = (server: FoundServer): DatabaseServer => ({ ...server, flavour: server.product === "MySQL" ? "mysql" : "mariadb" });

function mysqlHere(stage: Stage, database: MysqlDatabase, found: FoundServer): LocalDatabase {
  const { ground, parts, secrets } = stage;
  const server = sqlServer(found);
  const placed = placeMysql(stage, database, server);
  const { boundSlowLog, ...opened } = openDatabase(database, placed, server);
  return {
    ...opened,
    database,
    server: found,
    url: `mysql://127.0.0.1:${placed.port}/${database.schema}`,
    dataDirectory: placed.dataDirectory,
    render: () => renderDatabase(database, placed),
    prepare: async (signal) => {
      await prepareDatabase(database, placed, {
        server,
        cache: parts.cache,
        user: ground.userOf(database.name),
        enter: ground.enter,
        rootPassword: await secrets.generate(databaseRootSecret(database.name)),
        ...(signal === undefined ? {} : { signal }),
      });
    },
    boundLogs: () => boundSlowLog(),
    shell: (as) => shell(stage, database, server, placed, as),
    writeDown: null,
  };
}

function placeMysql({ place, state }: Stage, database: MysqlDatabase, { flavour, version, root }: DatabaseServer): PlacedDatabase {
  return {
    flavour,
    version,
    root,
    dataDirectory: place.data(database.name),
    workDirectory: place.work(database.name),
    configDirectory: place.config(database.name),
    socket: `${partSockets(place.state, database.name)}/sql.sock`,
    port: state.ports[database.name] ?? 0,
    timezone: state.wanted?.shared.timezone ?? "UTC",
    bufferPoolMb: DEFAULT_BUFFER_POOL_MB,
  };
}

/** The administrator comes by the socket; a service as it does itself, from 127.0.0.1. */
async function shell({ secrets }: Stage, database: MysqlDatabase, server: DatabaseServer, placed: PlacedDatabase, as: string | null): Promise<ShellCommand> {
  const way = as === null ? [`--socket=${placed.socket}`, "--user=root"] : ["--protocol=tcp", "--host=127.0.0.1", `--port=${placed.port}`, `--user=${as}`];
  const password = await secrets.demand(as === null ? databaseRootSecret(database.name) : databaseUserSecret(database.name, as));
  return {
    command: [programOf(server, "client"), "--no-defaults", "--default-character-set=utf8mb4", ...way, database.schema],
    environment: { MYSQL_PWD: password, ...programEnvironment(server) },
  };
}

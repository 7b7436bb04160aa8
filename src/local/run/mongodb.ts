import type { MongodbDatabase } from "../../model/database.ts";
import { databaseUserSecret } from "../render/address.ts";
import { databaseRootSecret } from "../render/database.ts";
import { MONGODB_DIFFERENCES } from "../render/mongodb-differences.ts";
import { MEMORY_LIMIT_MB, MONGODB_ADMINISTRATOR, mongodbKeySecret, type MongodbFlavour, type PlacedMongodb } from "../render/mongodb-placed.ts";
import { renderMongodb } from "../render/mongodb.ts";
import type { DatabaseEngine, FoundServer, LocalDatabase } from "./database-engine.ts";
import type { ShellCommand } from "./database-shell.ts";
import { findMongodb, pythonWords, serverWords } from "./mongodb-find.ts";
import { openMongodb } from "./mongodb-open.ts";
import { prepareMongodb } from "./mongodb-prepare.ts";
import { partSockets } from "./sockets.ts";
import type { Stage } from "./stage.ts";
import type { PromiseStatus } from "./status.ts";

/** MongoDB where it is on the PATH, else its stand-in. */
export const mongodb: DatabaseEngine<"mongodb"> = {
  parts: [],
  findServer: (_parts, search, databases) => findMongodb(databases, search),
  here: mongodbHere,
  promises: mongodbPromises,
};

const flavourOf = ({ substitutes }: FoundServer): MongodbFlavour => (substitutes === null ? "mongod" : "secantusdb");

function mongodbHere(stage: Stage, database: MongodbDatabase, server: FoundServer): LocalDatabase {
  const { ground, secrets } = stage;
  const { name } = database;
  const placed = placeMongodb(stage, name, server);
  const password = (): Promise<string> => secrets.generate(databaseRootSecret(name));
  return {
    ...openMongodb(database, placed, password),
    database,
    server,
    url: `mongodb://127.0.0.1:${placed.port}/${database.schema}`,
    dataDirectory: placed.dataDirectory,
    render: () => renderMongodb(database, placed),
    prepare: async (signal) =>
      prepareMongodb(database, {
        placed,
        server,
        user: ground.userOf(name),
        enter: ground.enter,
        password: await password(),
        key: await secrets.generate(mongodbKeySecret(name)),
        signal,
      }),
    boundLogs: async () => {},
    shell: (as) => shell(stage, database, server, placed, as),
    writeDown: null,
  };
}

function placeMongodb({ place, state }: Stage, name: string, server: FoundServer): PlacedMongodb {
  return {
    flavour: flavourOf(server),
    version: server.version,
    program: serverWords(server),
    dataDirectory: place.data(name),
    workDirectory: place.work(name),
    configDirectory: place.config(name),
    firstSocket: `${partSockets(place.state, name)}/first.sock`,
    port: state.ports[name] ?? 0,
  };
}

const PYMONGO = `
import code, os, sys
from pymongo import MongoClient
db = MongoClient(os.environ["MONGODB_URL"]).get_default_database()
for words in sys.argv[1:]:
    print(eval(words))
if len(sys.argv) == 1:
    import readline
    code.interact("Python with PyMongo, since mongosh is not on the PATH; db is the database: db.list_collection_names()", local={"db": db}, exitmsg="")
`;

/** mongosh where it is on the PATH, else the driver that the stand-in brings. Both read the address, password and all, from their environment. */
async function shell({ secrets }: Stage, { name, schema }: MongodbDatabase, { programs }: FoundServer, { port }: PlacedMongodb, as: string | null): Promise<ShellCommand> {
  const password = await secrets.demand(as === null ? databaseRootSecret(name) : databaseUserSecret(name, as));
  const { mongosh } = programs;
  return {
    command: mongosh === undefined ? [...pythonWords(programs), "-c", PYMONGO] : [mongosh, "--quiet", "--nodb", "--shell", "--eval", "db = connect(process.env.MONGODB_URL)"],
    environment: { MONGODB_URL: `mongodb://${as ?? MONGODB_ADMINISTRATOR}:${password}@127.0.0.1:${port}/${schema}${as === null ? "?authSource=admin" : ""}` },
  };
}

function mongodbPromises(server: FoundServer): readonly PromiseStatus[] {
  const { product, version, substitutes } = server;
  const plays = substitutes === null ? `${product} ${version}` : `approximate: ${product} ${version} in place of ${substitutes}`;
  return [{ promise: "MongoDB", how: `${plays}, with at most ${MEMORY_LIMIT_MB} MB of memory; unlike AWS:`, details: MONGODB_DIFFERENCES[flavourOf(server)].map(({ says }) => says) }];
}

import { CACHE_MB, mongodbFiles, REPLICA_SET, type MongodbFlavour, type PlacedMongodb } from "./mongodb-placed.ts";
import type { ConfigFile } from "./process.ts";

/** The configuration files of each flavour. */
export const MONGODB_CONFIGURATION: Readonly<Record<MongodbFlavour, (placed: PlacedMongodb) => readonly ConfigFile[]>> = {
  mongod: (placed) => {
    const { server, first, key } = mongodbFiles(placed.configDirectory);
    return [
      { path: server, text: yaml({ ...common(placed), net: { port: placed.port, bindIp: "127.0.0.1", unixDomainSocket: { enabled: false } }, security: { authorization: "enabled", keyFile: key }, replication: { replSetName: REPLICA_SET } }) },
      // No port, and a socket that nobody else reaches: whoever came first to a server without users could make the first one.
      { path: first, text: yaml({ ...common(placed), net: { bindIp: placed.firstSocket }, security: { authorization: "disabled" } }) },
    ];
  },
  secantusdb: (placed) => [
    {
      path: mongodbFiles(placed.configDirectory).server,
      // Its default acknowledges writes that a crash loses. https://toml.io/en/v1.0.0#string: JSON's strings are TOML's.
      text: `[server]
host = "127.0.0.1"
port = ${placed.port}
storage_path = ${JSON.stringify(placed.dataDirectory)}
auth = true

[storage]
cache_size = "${CACHE_MB}M"
sync_on_commit = true
`,
    },
  ],
};

/** https://www.mongodb.com/docs/manual/reference/configuration-options/ */
const common = (placed: PlacedMongodb) => ({
  storage: { dbPath: placed.dataDirectory, wiredTiger: { engineConfig: { cacheSizeGB: CACHE_MB / 1024 } } },
  processManagement: { fork: false },
  setParameter: { diagnosticDataCollectionEnabled: false },
});

/** JSON is YAML. */
const yaml = (settings: object): string => `${JSON.stringify(settings, null, 2)}\n`;

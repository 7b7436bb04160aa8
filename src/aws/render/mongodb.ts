import type { MongodbDatabase } from "../../model/database.ts";
import { text } from "../terraform.ts";
import type { RenderedDatabase } from "./database.ts";
import { MONGODB_SCRIPT, MONGODB_USERS } from "./mongodb-script.ts";
import { renderStored } from "./stored-database.ts";
import type { StoredGround } from "./stored-ground.ts";

const PORT = 27_017;

/** MongoDB on an instance of its own: a replica set of one member, which transactions and change streams need. */
export function renderMongodb(ground: StoredGround, database: MongodbDatabase): RenderedDatabase {
  const { schema, version } = database;
  return renderStored(ground, database, {
    port: PORT,
    leastMemoryMb: 1_024,
    owner: "mongod",
    needed: [],
    configuration: CONFIGURATION,
    rule: () => `readWrite@${schema}`,
    script: MONGODB_SCRIPT,
    files: [
      { path: "/etc/yum.repos.d/mongodb.repo", text: repository(version) },
      { path: "/etc/platform/users.js", text: MONGODB_USERS },
    ],
    sysctl: ["vm.overcommit_memory = 1", "vm.max_map_count = 838860", "vm.swappiness = 1"],
    // Since 8.0 it is faster with huge pages. https://www.mongodb.com/docs/manual/administration/tcmalloc-performance/
    kernelFiles: [
      ["/sys/kernel/mm/transparent_hugepage/enabled", "always"],
      ["/sys/kernel/mm/transparent_hugepage/defrag", "defer+madvise"],
      ["/sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none", "0"],
    ],
    start: "/usr/bin/mongod --config /data/platform/configuration",
    unit: ["Environment=GLIBC_TUNABLES=glibc.pthread.rseq=0"],
    secret: (service, password, host) => ({
      database: schema,
      url: text`mongodb://${service}:${password}@${host}:${PORT}/${schema}?tls=true&replicaSet=main`,
    }),
  });
}

/** What the server reads. Clients prove themselves by password, the server by its certificate. */
const CONFIGURATION = `storage:
  dbPath: /data/store
net:
  port: ${PORT}
  bindIp: 0.0.0.0
  tls:
    mode: requireTLS
    certificateKeyFile: /data/platform/server.pem
    CAFile: /etc/pki/tls/certs/ca-bundle.crt
    allowConnectionsWithoutCertificates: true
    disabledProtocols: TLS1_0,TLS1_1
security:
  authorization: enabled
  keyFile: /data/platform/members.key
replication:
  replSetName: main`;

/** One line of releases, signed. https://www.mongodb.com/docs/manual/tutorial/install-mongodb-on-amazon/ */
const repository = (version: string): string => `[mongodb]
name=MongoDB ${version}
baseurl=https://repo.mongodb.org/yum/amazon/2023/mongodb-org/${version}/$basearch/
gpgcheck=1
enabled=1
gpgkey=https://pgp.mongodb.com/server-${version}.asc
`;

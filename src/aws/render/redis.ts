import { keyPrefix, type RedisDatabase } from "../../model/database.ts";
import { REDIS_EVICTION, redisRules } from "../../model/redis-access.ts";
import { text } from "../terraform.ts";
import type { RenderedDatabase } from "./database.ts";
import { REDIS_SCRIPT } from "./redis-script.ts";
import { renderStored } from "./stored-database.ts";
import type { StoredGround } from "./stored-ground.ts";

const PORT = 6379;

/** Redis on an instance of its own; the program is Valkey, its continuation under the old licence. */
export function renderRedis(ground: StoredGround, database: RedisDatabase): RenderedDatabase {
  return renderStored(ground, database, {
    port: PORT,
    // Data, the copy that rewriting the file of writes needs, and the system.
    leastMemoryMb: Math.ceil(database.memoryMb * 1.5) + 200,
    owner: "valkey",
    needed: ["users.acl"],
    configuration: configuration(database),
    rule: redisRules,
    script: REDIS_SCRIPT,
    files: [],
    sysctl: ["vm.overcommit_memory = 1"],
    kernelFiles: [["/sys/kernel/mm/transparent_hugepage/enabled", "never"]],
    start: "/usr/bin/valkey-server /data/platform/configuration",
    unit: ["RuntimeDirectory=platform", "RuntimeDirectoryMode=0750"],
    secret: (service, password, host) => ({ url: text`rediss://${service}:${password}@${host}:${PORT}`, prefix: keyPrefix(service) }),
  });
}

const FLUSHED: Readonly<Record<RedisDatabase["persist"], readonly string[]>> = {
  "every write": ["appendonly yes", "appendfsync always"],
  "every second": ["appendonly yes", "appendfsync everysec"],
  "never": ["appendonly no"],
};

/** What the server reads. Without TLS it listens to this machine's administrator alone. */
function configuration({ memoryMb, evict, persist }: RedisDatabase): string {
  return [
    "bind 0.0.0.0",
    "port 0",
    `tls-port ${PORT}`,
    "tls-cert-file /data/platform/server.pem",
    "tls-key-file /data/platform/server.pem",
    "tls-auth-clients no",
    "unixsocket /run/platform/redis.sock",
    "unixsocketperm 700",
    "aclfile /data/platform/users.acl",
    "dir /data/store",
    `maxmemory ${memoryMb}mb`,
    `maxmemory-policy ${REDIS_EVICTION[evict]}`,
    ...FLUSHED[persist],
    // What has been written is in the file of writes; a second copy of everything would be for nothing.
    'save ""',
  ].join("\n");
}

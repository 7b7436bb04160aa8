import { keyPrefix } from "./database.ts";

/**
 * What a service's user may do in Redis, as its ACL has it, without the password: every command of data, on its own keys
 * and channels. Not what looks at or touches all keys or the server, nor functions, which all users share; `INFO` is what
 * client libraries ask for when they connect. https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 */
export const redisRules = (service: string): string => `~${keyPrefix(service)}* resetchannels &${keyPrefix(service)}* +@all -@dangerous -function +info`;

/**
 * Everybody without a name of their own: nobody can be it. It may do everything all the same, because a server that starts
 * repeats its log of writes as this user, and drops transactions that it may not do.
 */
export const REDIS_DEFAULT_RULES = "off ~* &* +@all";

/** https://redis.io/docs/latest/develop/reference/eviction/ */
export const REDIS_EVICTION = { "never": "noeviction", "least recently used": "allkeys-lru", "soonest to expire": "volatile-ttl" } as const;

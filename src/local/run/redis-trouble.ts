import type { LogWords } from "./database-trouble.ts";

/** What Redis writes. */
export const REDIS_WORDS: LogWords = {
  troubles: [
    ["disk-full", /No space left on device/i],
    ["port-taken", /Could not create server TCP listening socket .*Address already in use/i],
    ["state-foreign", /Can't handle RDB format version/i],
    ["permission", /Permission denied/i],
    ["state-corrupt", /Bad file format reading the append only file|Wrong signature trying to load DB|Internal error in RDB reading|Short read or OOM loading DB|AOF manifest file|corrupt/i],
  ],
  start: /oO0OoO0OoO0Oo Redis is starting/,
  ready: /Ready to accept connections/,
  recovering: /Reading the remaining AOF tail|Loading RDB|Reading RDB/i,
  programs: "redis-server",
};

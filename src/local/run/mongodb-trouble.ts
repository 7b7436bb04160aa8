import type { LogWords } from "./database-trouble.ts";

/** What MongoDB and its stand-in write: both keep their data by WiredTiger, whose errors are the same. */
export const MONGODB_WORDS: LogWords = {
  troubles: [
    ["disk-full", /No space left on device/i],
    ["port-taken", /Address already in use/i],
    ["state-busy", /Device or resource busy|DBPathInUse|Unable to lock/i],
    ["permission", /Permission denied/i],
    ["state-corrupt", /WT_PANIC|WT_ERROR|WT_TRY_SALVAGE|checksum|corrupt|WiredTigerError/i],
  ],
  start: /secantus\.cli: loaded config|"MongoDB starting"/,
  ready: /secantus listening on|"Waiting for connections"/,
  recovering: /WT_VERB_RECOVERY|"WiredTiger recovery/i,
  programs: "mongod|secantusd-py",
};

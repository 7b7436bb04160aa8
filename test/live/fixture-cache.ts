import { homedir } from "node:os";
import { join } from "node:path";

export const asRoot = process.getuid?.() === 0;

/** Where parts are kept: found once, used by every test. Every user may read it. */
export const CACHE = process.env["DAILYGE_TEST_CACHE"] ?? (asRoot ? "/var/cache/dailyge" : (process.env["DAILYGE_CACHE"] ?? join(homedir(), ".cache/dailyge")));

import { join } from "node:path";
import type { Platform } from "./platform.ts";
import { repository, type Workbench } from "./workbench.ts";

/** The reference platform, as `./dailyge up` in this repository starts it. */
export const reference = (bench: Workbench): Promise<Platform> => bench.platform("reference", async () => join(repository, "examples/dailyge/platform.ts"));

/** Where the reference API says that it can serve. */
export const HEALTH = "/api/health-check";

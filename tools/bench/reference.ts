import { join } from "node:path";
import { SITE_HEALTH } from "../../src/local/render/site.ts";
import type { Platform } from "./platform.ts";
import { repository, type Workbench } from "./workbench.ts";

/** The reference platform, as `./dailyge up` in this repository starts it. */
export const reference = (bench: Workbench): Promise<Platform> => bench.platform("reference", async () => join(repository, "examples/dailyge/platform.ts"));

/** Where the reference API says that it can serve; it asks its databases for that once a second at most. */
export const HEALTH = "/api/health-check";

/** What runs of the reference platform: where each answers 200, and what has to answer before it starts. */
export const RUNNING: Readonly<Record<string, { readonly health: string | null; readonly needs: readonly string[] }>> = {
  main: { health: SITE_HEALTH, needs: [] },
  tasks: { health: SITE_HEALTH, needs: [] },
  api: { health: HEALTH, needs: ["mysql", "redis", "mongodb", "messaging"] },
  "admin-api": { health: "/health", needs: ["mysql"] },
  // It listens for nobody: it is there when it runs.
  "event-worker": { health: null, needs: ["mongodb", "messaging"] },
};

import { join } from "node:path";
import { SITE_HEALTH } from "../../src/local/render/site.ts";
import type { Platform } from "./platform.ts";
import { repository, type Workbench } from "./workbench.ts";

/** The reference platform, as `./dailyge up` in this repository starts it. */
export const reference = (bench: Workbench): Promise<Platform> => bench.platform("reference", async () => join(repository, "examples/dailyge/platform.ts"));

/** The same once more, to be erased and made anew. */
export const coldReference = (bench: Workbench): Promise<Platform> => bench.platform("cold", async () => join(repository, "examples/dailyge/platform.ts"));

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

const INSTALL = "npm ci --omit=dev --ignore-scripts";

/** How the reference platform's sites and services become releases. */
export const BUILDS: Readonly<Record<string, { readonly sources: string; readonly build: string | null; readonly migrate: string | null }>> = {
  main: { sources: "sites/main", build: null, migrate: null },
  tasks: { sources: "sites/tasks", build: "npm ci --ignore-scripts && npm run build", migrate: null },
  api: { sources: "services/api", build: INSTALL, migrate: "node src/migrate.ts" },
  "admin-api": { sources: "services/admin-api", build: INSTALL, migrate: null },
  "event-worker": { sources: "services/event-worker", build: INSTALL, migrate: null },
  nightly: { sources: "services/nightly", build: INSTALL, migrate: null },
};

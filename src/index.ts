export { definePlatform, type PlatformDefinition } from "./definition/platform.ts";
export { parts, type Parts, type PartsDefinition } from "./definition/parts.ts";
export type { DatabaseDefinition } from "./definition/database.ts";
export type { EnvironmentDefinition } from "./definition/environment.ts";
export type { ServiceDefinition } from "./definition/service.ts";
export type { SiteDefinition } from "./definition/site.ts";
export type { TeamDefinition } from "./definition/team.ts";
export type { Duration, Size } from "./definition/units.ts";

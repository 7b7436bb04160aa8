import { parts } from "../../src/index.ts";
import type { Model } from "../../src/model/model.ts";
import { resolve } from "../../src/model/resolve/index.ts";

type Fields = Readonly<Record<string, unknown>>;

// A small platform without fault, in pieces that a case can change. Cases write what types forbid, so these take anything.
const parted = parts as (of: Fields) => unknown;
const TEAM = { addresses: ["203.0.113.0/24"] };
const SITE = { host: "www", directory: "sites/main" };
const SERVICE = { directory: "services/api", start: "node server.js", host: "api", uses: ["mysql"] };
const WORKER = { directory: "services/worker", start: "node worker.js" };
const DATABASE = { engine: "mysql" };

/** A platform with one environment, `prod`, unless `fields` say otherwise. */
export function shop(of: Fields = {}, fields: Fields = {}): Fields {
  const platform = () => parted({ teams: { office: TEAM }, sites: { main: SITE }, services: { api: SERVICE }, databases: { mysql: DATABASE }, ...of });
  return { name: "shop", domain: "shop.example", region: "ap-northeast-2", environments: { prod: { branch: "main" } }, platform, ...fields };
}

export const platform = (fields: Fields): Fields => shop({}, fields);
export const environment = (fields: Fields): Fields => platform({ environments: { prod: { branch: "main", ...fields } } });
export const team = (fields: Fields): Fields => shop({ teams: { office: { ...TEAM, ...fields } } });
export const site = (fields: Fields): Fields => shop({ sites: { main: { ...SITE, ...fields } } });
export const service = (fields: Fields): Fields => shop({ services: { api: { ...SERVICE, ...fields } } });
/** A service that nobody can call. */
export const worker = (fields: Fields): Fields => shop({ services: { worker: { ...WORKER, ...fields } } });
export const topic = (fields: Fields): Fields => shop({ topics: { events: fields } });
export const rateLimit = (fields: Fields): Fields => shop({ protection: { rateLimits: { login: { requests: 50, ...fields } } } });
export const database = (fields: Fields): Fields => shop({ databases: { mysql: { ...DATABASE, ...fields } } });

/** What the definition means; a finding is an error of the test. */
export function modelOf(definition: Fields): Model {
  const resolved = resolve(definition);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.findings, null, 2));
  return resolved.model;
}

export { DATABASE, SERVICE, SITE, TEAM, WORKER };

import type { Environment, Shared } from "../../model/model.ts";
import type { Audience, PathRule, Schedule, Service } from "../../model/service.ts";
import type { Site } from "../../model/site.ts";
import { hostNames, publicUrl, serviceSecret, type Addresses } from "./address.ts";
import { linkedToTopics, MESSAGING, messagingSecret } from "./messaging.ts";
import type { Place } from "./place.ts";
import type { ConfigFile, EnvironmentValue, ProcessSpec } from "./process.ts";
import { renderService, serviceEnvironment, type Replica } from "./service.ts";
import { renderSite, SITE_HEALTH, siteEnvironment } from "./site.ts";

/** A site or a service, as far as building, starting, replacing and watching it go: those are the same for both. */
export interface Workload {
  readonly name: string;
  readonly kind: "site" | "service";
  /** The fewest that run; none of what runs at times. */
  readonly replicas: number;
  readonly scaling: Scaling | null;
  readonly schedule: Schedule | null;
  /** Relative to the definition's directory. */
  readonly directory: string;
  readonly build: string | null;
  readonly output: string;
  /** What its build sees. */
  readonly buildEnvironment: Readonly<Record<string, string>>;
  readonly migrate: string | null;
  /** Databases, and what keeps messages, that must answer first. */
  readonly needs: readonly string[];
  /** Path that answers 200; null where it listens on nothing. */
  readonly health: string | null;
  readonly startSeconds: number;
  readonly stopSeconds: number;
  readonly host: WorkloadHost | null;
  /** Secrets that are made when they do not exist, by their paths in the store. */
  readonly generatedSecrets: readonly string[];
  /** What its migration sees. */
  environment(release: string): readonly EnvironmentValue[];
  process(replica: Replica): { readonly process: ProcessSpec; readonly files: readonly ConfigFile[] };
}

/** How many more replicas than the fewest run. */
export interface Scaling {
  readonly most: number;
  readonly targetCpuPercent: number;
  /** Share of a core that is 100 % of one replica. */
  readonly cpu: number;
}

/** How the edge is to answer for it. */
export interface WorkloadHost {
  readonly names: readonly string[];
  readonly reachableBy: Audience;
  readonly paths: readonly PathRule[];
  /** Origins of the sites whose pages call it. */
  readonly origins: readonly string[];
  /** Port on which other services call it; null where none does. */
  readonly internalPort: number | null;
}

/** Everything of the team's own that is to run, sites first. */
export function workloadsOf(shared: Shared, environment: Environment, addresses: Addresses, place: Place): readonly Workload[] {
  return [
    ...environment.sites.map((site) => siteWorkload(site, shared, environment, addresses, place)),
    ...environment.services.map((service) => serviceWorkload(service, shared, environment, addresses, place)),
  ];
}

function siteWorkload(site: Site, shared: Shared, environment: Environment, addresses: Addresses, place: Place): Workload {
  return {
    name: site.name,
    kind: "site",
    replicas: 1,
    scaling: null,
    schedule: null,
    directory: site.directory,
    build: site.build,
    output: site.output,
    buildEnvironment: siteEnvironment(site, shared, environment, addresses),
    migrate: null,
    needs: [],
    health: SITE_HEALTH,
    startSeconds: 20,
    stopSeconds: 10,
    host: { names: hostNames(shared, site), reachableBy: "public", paths: [], origins: [], internalPort: null },
    generatedSecrets: [],
    environment: () => [],
    process: (replica) => renderSite(site, replica, shared, environment, addresses, place),
  };
}

function serviceWorkload(service: Service, shared: Shared, environment: Environment, addresses: Addresses, place: Place): Workload {
  const { endpoint } = service;
  const linked = linkedToTopics({ services: [service] }).map(({ name }) => name);
  const origins = service.calledBySites.flatMap((site) => publicUrl(site, shared, environment, addresses.edgePort) ?? []);
  return {
    name: service.name,
    kind: "service",
    replicas: service.schedule === null ? service.replicas.least : 0,
    scaling: service.replicas.most > service.replicas.least ? { ...service.replicas, cpu: service.size.cpu } : null,
    schedule: service.schedule,
    directory: service.directory,
    build: service.build,
    output: ".",
    buildEnvironment: {},
    migrate: service.migrate,
    needs: [...service.uses, ...linked.map(() => MESSAGING)],
    health: endpoint?.health ?? null,
    startSeconds: service.startSeconds,
    stopSeconds: service.stopSeconds,
    host:
      endpoint === null
        ? null
        : { names: hostNames(shared, endpoint), reachableBy: endpoint.reachableBy, paths: endpoint.paths, origins, internalPort: addresses.internalPorts[service.name] ?? null },
    generatedSecrets: [...service.secrets.filter(({ generated }) => generated).map(({ name }) => serviceSecret(service.name, name)), ...linked.map(messagingSecret)],
    environment: (release) => serviceEnvironment(service, release, shared, environment, addresses),
    process: (replica) => ({ process: renderService(service, replica, shared, environment, addresses, place), files: [] }),
  };
}

import type { Environment, Shared } from "../../model/model.ts";
import type { Service } from "../../model/service.ts";
import { wiring } from "../../model/wiring.ts";
import { localText, serviceSecret, type Addresses } from "./address.ts";
import { messagingEnvironment } from "./messaging.ts";
import type { Place } from "./place.ts";
import type { EnvironmentValue, ProcessSpec } from "./process.ts";

/** One running copy of a service. */
export interface Replica {
  /** `api.1`. */
  readonly name: string;
  readonly release: string;
  readonly port: number;
  readonly metricsPort: number;
  /** Of a site: the release that served before, whose files a page in a browser may still ask for. */
  readonly before?: string;
}

/** What every command of a service sees: its links, its own variables, its secrets. */
export function serviceEnvironment(service: Service, release: string, shared: Shared, environment: Environment, addresses: Addresses): readonly EnvironmentValue[] {
  const wired = wiring(service, environment).map(({ name, value }) => ({ name, value: localText(value, service.name, shared, environment, addresses) }));
  const messaging = messagingEnvironment(service, shared, addresses.messagingPort).filter(({ name }) => wired.every((other) => other.name !== name));
  return [
    { name: "RELEASE", value: [release] },
    ...messaging,
    ...wired,
    ...service.secrets.map(({ name }) => ({ name, value: [{ secret: serviceSecret(service.name, name) }] })),
  ];
}

/** One replica of a service as a process. */
export function renderService(service: Service, replica: Replica, shared: Shared, environment: Environment, addresses: Addresses, place: Place): ProcessSpec {
  const listening = [
    ...(service.endpoint === null && service.metrics === null ? [] : [{ name: "HOST", value: ["127.0.0.1"] }]),
    ...(service.endpoint === null ? [] : [{ name: "PORT", value: [String(replica.port)] }]),
    ...(service.metrics === null ? [] : [{ name: "METRICS_PORT", value: [String(replica.metricsPort)] }]),
  ];
  return {
    name: replica.name,
    kind: "service",
    command: ["sh", "-c", startCommand(service.start)],
    directory: place.release(service.name, replica.release),
    environment: [...listening, ...serviceEnvironment(service, replica.release, shared, environment, addresses)],
    identity: service.name,
    writes: [place.work(replica.name)],
    memoryMb: service.size.memoryMb,
    stop: { signal: "SIGTERM", withinSeconds: service.stopSeconds },
  };
}

/** A single program is not kept waiting behind a shell; a compound command needs its shell. */
export const startCommand = (start: string): string => (/^[\w@%+=:,./ -]+$/.test(start) && !/^(\w+=|exec )/.test(start) ? `exec ${start}` : start);

import type { Environment, Shared } from "../../model/model.ts";
import { renderAccessLogs, type AccessLogs } from "./access-logs.ts";
import { withExisting } from "./adopt.ts";
import { renderBudget } from "./budget.ts";
import { renderCalls } from "./calls.ts";
import { renderCertificate, type Certificate } from "./certificate.ts";
import { renderDatabases } from "./database.ts";
import { bounded } from "./delivery-bound.ts";
import { directory, type Noun, type TerraformDirectory } from "./directory.ts";
import { behind, renderEdge, type Edge, type Entrance } from "./edge.ts";
import { renderFirewall } from "./firewall.ts";
import { renderHosts, type Hosts } from "./hosts.ts";
import { renderNetwork, type Network } from "./network.ts";
import { fullHost, place as placeOf, type Place } from "./place.ts";
import { movedTo } from "./renamed.ts";
import { listenerRules } from "./rules.ts";
import { renderScheduleGround } from "./schedule.ts";
import { renderService } from "./service.ts";
import { environmentSettings } from "./settings.ts";
import { renderSite, renderSiteGround } from "./site.ts";
import { renderTopic, type RenderedTopic } from "./topic.ts";
import { renderUptime } from "./uptime.ts";
import { environmentZone } from "./zone.ts";

/** Everything of one environment: one directory, one state. What nothing asks for is not there. */
export function renderEnvironment(shared: Shared, environment: Environment): TerraformDirectory {
  const place = placeOf(shared, environment);
  return directory(environment.name, withExisting(environment, movedTo(environment, bounded(place, nounsOf(place)))));
}

/** What goes into each of its files. */
function nounsOf(place: Place): readonly Noun[] {
  const { environment } = place;
  // Databases on an instance of their own have a name there too, and a certificate for it.
  const named = environment.sites.length > 0 || environment.services.some(({ endpoint }) => endpoint !== null)
    || environment.databases.some(({ engine }) => engine !== "mysql");
  const topics = environment.topics.map((topic) => renderTopic(place, topic));
  const accessLogs = renderAccessLogs(place);
  return [
    environmentSettings(place),
    ...(named ? [environmentZone(place)] : []),
    ...topics.map(({ noun }) => noun),
    ...(accessLogs ? [accessLogs.noun] : []),
    ...inside(place, topics, accessLogs),
    ...sites(place, accessLogs),
    ...told(place),
  ];
}

/** Services and databases, with the network and the hosts that they need. */
function inside(place: Place, topics: readonly RenderedTopic[], accessLogs: AccessLogs | null): readonly Noun[] {
  const { services, databases } = place.environment;
  if (services.length + databases.length === 0) return [];
  const network = renderNetwork(place);
  const hosts = services.length > 0 ? renderHosts(place, network) : null;
  const data = renderDatabases({ place, network, hosts });
  const nouns = [network.noun, ...(hosts?.nouns ?? []), ...data.nouns];
  if (!hosts) return nouns;
  const certificates = new Map<string, Certificate>();
  for (const { name, endpoint } of services) {
    if (endpoint) certificates.set(name, renderCertificate(place, `service_${name}`, [fullHost(place, endpoint.host)]));
  }
  const edges = renderEdges(place, network, hosts, certificates, accessLogs);
  const firewall = edges.size === 0 ? null : renderFirewall(place, [...edges.values()].map(({ loadBalancer }) => loadBalancer));
  const calls = renderCalls(place, network, hosts, accessLogs);
  const schedules = services.some(({ schedule }) => schedule !== null) ? renderScheduleGround(place) : null;
  const rules = listenerRules(place.environment);
  const running = services.map((service) => {
    const certificate = certificates.get(service.name);
    const edge = service.endpoint && edges.get(service.endpoint.entrance);
    const entrance = edge && certificate ? { edge, certificate, rules: rules.get(service.name) ?? [] } : null;
    return renderService(place, { network, hosts, databases: data.databases, calls, topics, schedules, entrance }, service);
  });
  const common = [...[...edges.values()].map(({ noun }) => noun), firewall, calls?.noun, schedules?.noun].flatMap((noun) => noun ?? []);
  return [...nouns, ...common, ...running];
}

/** A load balancer for each kind of entrance that some service has. */
function renderEdges(
  place: Place, network: Network, hosts: Hosts, certificates: ReadonlyMap<string, Certificate>, logs: AccessLogs | null,
): ReadonlyMap<Entrance, Edge> {
  return new Map((["open", "closed"] as const).flatMap((entrance) => {
    const [certificate] = behind(place, entrance).flatMap(({ name }) => certificates.get(name) ?? []);
    return certificate ? [[entrance, renderEdge(place, entrance, { network, hosts, logs, certificate })] as const] : [];
  }));
}

function sites(place: Place, accessLogs: AccessLogs | null): readonly Noun[] {
  if (place.environment.sites.length === 0) return [];
  const ground = renderSiteGround(place, accessLogs);
  return [ground.noun, ...place.environment.sites.map((site) => renderSite(place, ground, site))];
}

/** What people are told of the environment as a whole. */
function told(place: Place): readonly Noun[] {
  const { uptime, budget } = place.environment;
  return [uptime && renderUptime(place, uptime), budget && renderBudget(place, budget)].flatMap((noun) => noun ?? []);
}

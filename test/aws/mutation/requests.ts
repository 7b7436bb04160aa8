import { ofType, readConfiguration, type WrittenFile } from "../../../src/aws/read/configuration.ts";
import type { Environment, Model } from "../../../src/model/model.ts";
import type { Audience, Endpoint, Service } from "../../../src/model/service.ts";
import { RAW_REQUESTS } from "../../requests/raw-requests.ts";
import { firewallAnswers } from "../firewall-rules.ts";
import { answers } from "../requests.ts";
import { edgeAcl, impatient, managed, rates, withRules } from "./firewall.ts";

/** Somebody of no team. */
const WORLD = "192.0.2.7";
/** Paths that are refused wherever they would lead. */
const AMBIGUOUS = RAW_REQUESTS.filter(({ answers: [status], decided, bytes }) => status === 400 && decided === "by rules" && bytes.startsWith("GET /") && !bytes.includes("#"))
  .flatMap(({ bytes }) => / (\/.*) HTTP/.exec(bytes)?.[1] ?? []);

const GROUPS = { "ip reputation": "AWSManagedRulesAmazonIpReputationList", "known bad inputs": "AWSManagedRulesKnownBadInputsRuleSet", common: "AWSManagedRulesCommonRuleSet" } as const;

interface Asked {
  readonly host: string;
  readonly path: string;
  readonly source: string;
  readonly balancer: string;
  /** Null: it lets it through. */
  readonly firewall: number | null;
}

/**
 * Requests that follow from the definition, and what the rendered load balancer and firewall make of them: each of the two
 * by itself refuses whom no rule admits.
 */
export function requestProblems(model: Model, environment: Environment, files: readonly WrittenFile[]): readonly string[] {
  const called = environment.services.flatMap((service) => (service.endpoint ? [{ service, endpoint: service.endpoint }] : []));
  const configuration = readConfiguration(files);
  const acl = edgeAcl(configuration);
  if (called.length === 0) return [];
  if (acl === undefined) return ["no firewall stands before the load balancer"];
  const asked = called.flatMap(({ service, endpoint }) => askedOf(model, environment, service, endpoint));
  const sites = ofType(configuration, "aws_wafv2_web_acl").filter(({ body }) => body["scope"] === "CLOUDFRONT");
  return [
    ...balancerProblems(asked, environment.name, files), ...firewallProblems(asked, environment.name, files), ...spellingProblems(asked, environment.name, files),
    ...rateProblems(environment, files, acl), ...[acl, ...sites.map(({ body }) => body)].flatMap((each) => managedProblems(environment, each)),
    ...sites.filter(({ body }) => JSON.stringify(body["default_action"]).includes("block")).map(({ address }) => `${address} refuses everything`),
  ];
}

function askedOf({ shared }: Model, environment: Environment, service: Service, endpoint: Endpoint): readonly Asked[] {
  const host = `${endpoint.host}.${shared.domain}`;
  const patterns = environment.services.flatMap((each) => each.endpoint?.paths ?? []).map(({ pattern }) => pattern);
  const paths = [...new Set(["/", "/else", ...patterns.map((pattern) => pattern.replaceAll("*", "q")), ...patterns.map((pattern) => pattern.replaceAll("*", "q/y").toUpperCase())])];
  const sources = [WORLD, ...environment.teams.flatMap(({ addresses }) => addresses.map(firstOf))];
  return [
    ...paths.flatMap((path) => sources.map((source) => ({ host, path, source, ...wantedOf(environment, service, endpoint, path, source) }))),
    ...AMBIGUOUS.map((path) => ({ host, path, source: WORLD, balancer: "400", firewall: 400 })),
  ];
}

const firstOf = (cidr: string): string => (cidr.split("/")[0] ?? cidr).replace(/::$/, "::1");

function wantedOf({ teams }: Environment, { name }: Service, { paths, reachableBy }: Endpoint, path: string, source: string): Pick<Asked, "balancer" | "firewall"> {
  const team = teams.filter(({ addresses }) => addresses.some((cidr) => firstOf(cidr) === source)).map((each) => each.name);
  const admits = (audience: Audience): boolean => audience === "public" || audience.some((each) => team.includes(each));
  const rule = paths.find(({ pattern }) => expression(pattern).test(path.toLowerCase()));
  const firewall = admits(rule?.reachableBy ?? reachableBy) ? null : 403;
  // A load balancer tells capitals from small letters: a path in them is refused to everyone where small letters are to some.
  const capitals = rule !== undefined && !expression(rule.pattern).test(path);
  const balancer = capitals ? (rule.reachableBy === "public" && admits(reachableBy) ? name : "403") : firewall === null ? name : "403";
  return { balancer, firewall };
}

const expression = (pattern: string): RegExp => new RegExp(`^${pattern.split("*").map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&")).join(".*")}$`);

function balancerProblems(asked: readonly Asked[], name: string, files: readonly WrittenFile[]): readonly string[] {
  const directory = { name, files: onlyEdge(files) };
  const strange = [...new Set(asked.map(({ path, source }) => `${source} ${path}`))].map((each) => each.split(" ")).filter(([source = "", path = ""]) => !asked.some((other) => other.path === path && other.source === source && other.balancer === "400"))
    .map(([source = "", path = ""]) => answers(directory, "nobody.example", path, source)).filter((answer) => answer !== "404");
  return [
    ...asked.flatMap(({ host, path, source, balancer }) => {
      const found = answers(directory, host, path, source);
      return found === balancer ? [] : [`${source} asks ${host}${path}: the load balancer says ${found}, not ${balancer}`];
    }),
    ...strange.map((answer) => `a host that there is not gets ${answer}`),
  ];
}

/** Small enough to be read for each request. */
function onlyEdge(files: readonly WrittenFile[]): readonly WrittenFile[] {
  const { blocks } = readConfiguration(files);
  const kept: Record<string, Record<string, unknown>> = { aws_lb_listener: {}, aws_lb_listener_rule: {} };
  for (const { type, name, body } of blocks.values()) {
    const byName = kept[type];
    if (byName) byName[name] = body;
  }
  return [{ name: "edge.tf.json", content: JSON.stringify({ resource: kept }) }];
}

/** What the firewall answers each by itself: so far apart that nothing adds up. */
const FAR_SECONDS = 1_000_000;

function firewallProblems(asked: readonly Asked[], name: string, files: readonly WrittenFile[]): readonly string[] {
  const found = firewallAnswers({ name, files }, asked.map(({ host, path, source }, index) => ({ path, source, at: index * FAR_SECONDS, headers: { host } })));
  return asked.flatMap(({ host, path, source, firewall }, index) => {
    const status = found[index]?.["response_code"] ?? null;
    return status === firewall ? [] : [`${source} asks ${host}${path}: the firewall says ${JSON.stringify(status)}, not ${firewall}`];
  });
}

/** However a closed path is spelt, its rule knows it, also where the one for ambiguous paths is not before it. */
function spellingProblems(asked: readonly Asked[], name: string, files: readonly WrittenFile[]): readonly string[] {
  const without = withRules(files, (rules) => rules.filter((rule) => rule["name"] !== "ambiguous-paths"));
  const closed = asked.filter(({ firewall, path }) => firewall === 403 && path.length > 1 && path === path.toLowerCase());
  const spelt = closed.flatMap((each) => [each.path.replace(/\w/, (letter) => `%${letter.charCodeAt(0).toString(16)}`), `/${each.path}`, `/./${each.path.slice(1)}`].map((path) => ({ ...each, path })));
  return firewallProblems([...spelt, ...closed.map((each) => ({ ...each, host: `${each.host.toUpperCase()}:443` }))], name, without).map((problem) => `by itself: ${problem}`);
}

function rateProblems({ protection, name: environment }: Environment, files: readonly WrittenFile[], acl: Parameters<typeof rates>[0]): readonly string[] {
  const found = rates(acl);
  return [
    ...(found.length === protection.rateLimits.length ? [] : [`the firewall has ${found.length} rate limits, not ${protection.rateLimits.length}`]),
    ...protection.rateLimits.flatMap(({ name, requests, seconds, paths }) => {
      const rate = found.find((each) => each.name === `limit-${name}`);
      const same = rate?.limit === requests && rate.seconds === seconds && rate.key === "IP" && rate.status === 429;
      const alone = withRules(files, (rules) => rules.filter((rule) => rule["name"] === `limit-${name}`).map(impatient));
      const wrong = [...paths.flatMap(spellings), ...paths.map((pattern) => `/x${pattern.replaceAll("*", "q")}`), ...paths.map((pattern) => `${pattern.replaceAll("*", "q")}x`), "/", "/else"].filter((path) => {
        const [, second] = firewallAnswers({ name: environment, files: alone }, [{ path, source: WORLD }, { path, source: WORLD }]);
        return (second?.["response_code"] === 429) !== counts(paths, path);
      });
      return [...(same ? [] : [`limit ${name} is not as it is written`]), ...wrong.map((path) => `limit ${name} and ${path} do not agree`)];
    }),
  ];
}

const spellings = (pattern: string): readonly string[] => {
  const path = pattern.replaceAll("*", "q");
  return [path, path.toUpperCase(), `/${path}`, `/./${path.slice(1)}`, path.replace(/\w/, (letter) => `%${letter.charCodeAt(0).toString(16)}`), pattern.replaceAll("*", "q/y")];
};

/** Whether a limit is for a path, as a service may read it. */
function counts(patterns: readonly string[], written: string): boolean {
  const path = written.replaceAll(/%([0-9a-f]{2})/gi, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16))).toLowerCase().replaceAll(/\/(\.?\/)+/g, "/");
  return patterns.length === 0 || patterns.some((pattern) => expression(pattern).test(path));
}

function managedProblems({ protection }: Environment, acl: Parameters<typeof managed>[0]): readonly string[] {
  const found = managed(acl);
  const wanted = protection.managedRules.map((key) => `AWS ${GROUPS[key]}`);
  return [...wanted.filter((each) => !found.includes(each)), ...found.filter((each) => !wanted.includes(each))].map((each) => `a firewall and the definition do not agree about ${each}`);
}

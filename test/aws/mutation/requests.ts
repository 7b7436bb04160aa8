import { answers } from "../requests.ts";
import { readConfiguration, type WrittenFile } from "../../../src/aws/read/configuration.ts";
import type { Environment, Model } from "../../../src/model/model.ts";
import type { Audience, Endpoint, Service } from "../../../src/model/service.ts";
import { RAW_REQUESTS } from "../../requests/raw-requests.ts";
import { edgeAcl, managed, rates, refusal } from "./firewall.ts";

/** Somebody of no team. */
const WORLD = "192.0.2.7";
/** Paths that are refused wherever they would lead. */
const AMBIGUOUS = RAW_REQUESTS.filter(({ answers: [status], decided, bytes }) => status === 400 && decided === "by rules" && bytes.startsWith("GET /"))
  .flatMap(({ bytes }) => / (\/.*) HTTP/.exec(bytes)?.[1] ?? []);

const GROUPS = { "ip reputation": "AWSManagedRulesAmazonIpReputationList", "known bad inputs": "AWSManagedRulesKnownBadInputsRuleSet", common: "AWSManagedRulesCommonRuleSet" } as const;

/**
 * Requests that follow from the definition, and what the rendered load balancer and firewall make of them: each of the two
 * by itself refuses whom no rule admits.
 */
export function requestProblems({ shared }: Model, environment: Environment, files: readonly WrittenFile[]): readonly string[] {
  const called = environment.services.flatMap((service) => (service.endpoint ? [{ service, endpoint: service.endpoint }] : []));
  if (called.length === 0) return [];
  const configuration = readConfiguration(files);
  const directory = { name: environment.name, files };
  const host = (endpoint: Endpoint): string => `${endpoint.host}.${shared.domain}`;
  const problems: string[] = [];
  const ask = (of: Endpoint, path: string, source: string, wanted: string): void => {
    const request = { host: host(of), path, source };
    const balancer = answers(directory, request.host, path, source);
    if (balancer !== wanted) problems.push(`${source} asks ${request.host}${path}: the load balancer says ${balancer}, not ${wanted}`);
    const status = refusal(configuration, request);
    const right = /^\d+$/.test(wanted) ? Number(wanted) : null;
    if (status !== right) problems.push(`${source} asks ${request.host}${path}: the firewall says ${status ?? "nothing"}, not ${right ?? "nothing"}`);
  };
  for (const { service, endpoint } of called) for (const [path, source] of asked(environment, endpoint)) ask(endpoint, path, source, wantedOf(environment, service, endpoint, path, source));
  for (const { endpoint } of called) for (const path of AMBIGUOUS) ask(endpoint, path, WORLD, "400");
  const strange = answers(directory, `nobody.${shared.domain}`, "/", WORLD);
  if (strange !== "404") problems.push(`a host that there is not gets ${strange}`);
  return [...problems, ...rateProblems(environment, configuration), ...managedProblems(environment, configuration)];
}

type Sample = readonly [path: string, source: string];

/** For each pattern a path that it matches, in capitals too, and from everybody of whom something is said. */
function asked({ teams }: Environment, { paths }: Endpoint): readonly Sample[] {
  const sources = [WORLD, ...teams.flatMap(({ addresses }) => addresses.map((cidr) => cidr.split("/")[0] ?? cidr))].map((source) => (source.endsWith("::") ? `${source}1` : source));
  const samples = ["/", "/else", ...paths.map(({ pattern }) => pattern.replaceAll("*", "x")), ...paths.map(({ pattern }) => pattern.replaceAll("*", "x/y").toUpperCase())];
  return [...new Set(samples)].flatMap((path) => sources.map((source) => [path, source] as const));
}

function wantedOf({ teams }: Environment, { name }: Service, { paths, reachableBy }: Endpoint, path: string, source: string): string {
  const team = teams.filter(({ addresses }) => addresses.some((cidr) => (cidr.split("/")[0] ?? "") === source || `${cidr.split("/")[0]}1` === source)).map((each) => each.name);
  const admits = (audience: Audience): boolean => audience === "public" || audience.some((each) => team.includes(each));
  const rule = paths.find(({ pattern }) => expression(pattern).test(path.toLowerCase()));
  const audience = rule?.reachableBy ?? reachableBy;
  // A load balancer compares capitals: a path in them is refused where its small letters would be, and else is another.
  const other = rule !== undefined && !expression(rule.pattern).test(path);
  if (other && audience === "public") return admits(reachableBy) ? name : "403";
  if (other) return "403";
  return admits(audience) ? name : "403";
}

const expression = (pattern: string): RegExp => new RegExp(`^${pattern.split("*").map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&")).join(".*")}$`);

function rateProblems({ protection }: Environment, configuration: ReturnType<typeof readConfiguration>): readonly string[] {
  const found = rates(configuration);
  const counted = (paths: readonly string[], path: string): boolean => paths.length === 0 || paths.some((pattern) => expression(pattern).test(path));
  const patterns = protection.rateLimits.flatMap(({ paths }) => paths);
  const samples = ["/", "/else", ...patterns.flatMap((pattern) => [pattern.replaceAll("*", "x"), pattern.replaceAll("*", "X/y").toUpperCase(), `/x${pattern.replaceAll("*", "x")}`, `${pattern.replaceAll("*", "x")}x`, `/.${pattern.replaceAll("*", "x")}`, pattern.replaceAll("*", "x").replaceAll(/[a-z](?=[^/]*$)/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)])];
  return [
    ...(found.length === protection.rateLimits.length ? [] : [`the firewall has ${found.length} rate limits, not ${protection.rateLimits.length}`]),
    ...protection.rateLimits.flatMap(({ name, requests, seconds, paths }) => {
      const rate = found.find((each) => each.name === `limit-${name}`);
      if (!rate) return [`the firewall has no limit ${name}`];
      const same = rate.limit === requests && rate.seconds === seconds && rate.key === "IP" && rate.status === 429;
      const wrong = samples.find((path) => rate.of({ host: "any", path, source: WORLD }) !== counted(paths, plainPath(path)));
      return [...(same ? [] : [`limit ${name} is ${rate.limit} in ${rate.seconds} by ${rate.key}`]), ...(wrong === undefined ? [] : [`limit ${name} and ${wrong} do not agree`])];
    }),
  ];
}

/** A path as a service may read it. */
const plainPath = (path: string): string =>
  path.replaceAll(/%([0-9a-f]{2})/gi, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16))).toLowerCase().replaceAll("/./", "/").replace(/^\/\.(?=\/)/, "");

function managedProblems({ protection }: Environment, configuration: ReturnType<typeof readConfiguration>): readonly string[] {
  const found = managed(edgeAcl(configuration) ?? {});
  const wanted = protection.managedRules.map((key) => `AWS ${GROUPS[key]}`);
  return [...wanted.filter((each) => !found.includes(each)), ...found.filter((each) => !wanted.includes(each))].map((each) => `the firewall and the definition do not agree about ${each}`);
}

import type { Finding } from "../finding.ts";
import type { Image } from "../images.ts";
import type { Environment, Model, Shared } from "../model.ts";
import { checkHostsAcross } from "./host-taken.ts";
import { resolveParts, type PartsOfEnvironment } from "./parts.ts";
import { place } from "./place.ts";
import { resolveOutline, type Outline, type Stage } from "./platform.ts";

/** A model, or what keeps the definition from being one: never both. */
export type Resolved =
  | { readonly ok: true; readonly model: Model; readonly warnings: readonly Finding[] }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/**
 * What a definition means. It may be anything; all that is wrong with it is found in one go, over all environments.
 * `exists` says whether a directory is there, relative to that of the definition;
 * `images` answers which were chosen in a region. What `platform` throws is passed on.
 */
export function resolve(definition: unknown, exists: (path: string) => boolean = () => true, images: (region: string) => readonly Image[] = () => []): Resolved {
  const found: Finding[] = [];
  const outline = resolveOutline(definition, place("", found));
  if (!outline) return { ok: false, findings: found };
  const stages = outline.platform === undefined ? [] : outline.stages.map((stage) => resolveStage(stage, outline, exists));
  checkHostsAcross(stages.filter(({ stage }) => stage.hosts !== undefined).map(({ stage, hosted }) => ({ name: stage.name, hosted })), place("", found));
  const findings = [...found, ...merged(stages)];
  const shared = wholeShared(outline.shared, images);
  const environments = stages.flatMap(({ stage, parts }) => wholeEnvironment(stage, parts, outline.stages) ?? []);
  if (!shared || findings.some(({ severity }) => severity === "error")) return { ok: false, findings };
  return { ok: true, model: { shared, environments }, warnings: findings };
}

interface ResolvedStage extends PartsOfEnvironment {
  readonly stage: Stage;
  readonly findings: readonly Finding[];
}

function resolveStage(stage: Stage, { shared, stages, platform }: Outline, exists: (path: string) => boolean): ResolvedStage {
  const findings: Finding[] = [];
  const around = {
    platform: shared.name,
    environment: stage.name,
    region: shared.region,
    hosts: stage.hosts ?? "{host}",
    plainHosts: stages.some(({ hosts }) => hosts === "{host}"),
    timezone: shared.timezone ?? "UTC",
    exists,
  };
  return { stage, ...resolveParts(platform?.({ environment: stage.name }), around, place("", findings)), findings };
}

/** The same finding in several environments is one; found in all, it does not depend on any. */
function merged(stages: readonly ResolvedStage[]): readonly Finding[] {
  const same = new Map<string, { readonly finding: Finding; readonly environments: string[] }>();
  for (const { stage, findings } of stages) {
    for (const finding of findings) {
      const key = JSON.stringify(finding);
      const before = same.get(key);
      if (!before) same.set(key, { finding, environments: [stage.name] });
      else if (!before.environments.includes(stage.name)) before.environments.push(stage.name);
    }
  }
  return [...same.values()].map(({ finding, environments }) => ({ ...finding, environments: environments.length === stages.length ? [] : environments }));
}

function wholeShared({ name, domain, zone, certificateAuthorities, region, timezone, account, delivery }: Outline["shared"], images: (region: string) => readonly Image[]): Shared | undefined {
  if (name === undefined || domain === undefined || zone === undefined || certificateAuthorities === undefined) return undefined;
  if (region === undefined || timezone === undefined || account === undefined || delivery === undefined) return undefined;
  return { name, domain, zone, certificateAuthorities, region, timezone, account, delivery, images: images(region) };
}

function wholeEnvironment({ name, branch, account, guarded }: Stage, parts: PartsOfEnvironment["parts"], stages: readonly Stage[]): Environment | undefined {
  if (branch === undefined || account === undefined || guarded === undefined) return undefined;
  const alone = account !== null && stages.every((stage) => stage.name === name || (stage.account !== null && stage.account !== account));
  return { name, branch, account, aloneInAccount: alone, guarded, ...parts };
}

import { join, resolve } from "node:path";
import { releaseSite, type BuiltSite, type DeployedSite, type SiteRelease } from "../../aws/run/site-deploy.ts";
import { rollBackSite } from "../../aws/run/site-rollback.ts";
import { place as awsPlace } from "../../aws/render/place.ts";
import { siteValues } from "../../aws/render/site.ts";
import { siteRelease } from "../../aws/run/status-sites.ts";
import { Failure } from "../../kit/failure.ts";
import { placeOf } from "../../local/render/place.ts";
import { buildRelease, pruneReleases } from "../../local/run/release.ts";
import type { Site } from "../../model/site.ts";
import { whoIs, type OnAws } from "../aws.ts";
import { Interrupts } from "../interrupts.ts";
import type { Invocation } from "../invocation.ts";
import { ProgressView } from "../progress.ts";

/** Builds a site as on this machine, with the addresses that it has on AWS, and brings its files there. */
export async function deploySite(invocation: Invocation, aws: OnAws, site: Site): Promise<number> {
  if (invocation.values["image"] !== undefined) throw new Failure("usage", `${site.name} is a site: it has files, and no image`, { hint: `./dailyge deploy ${site.name} --target aws` });
  const place = awsPlace(aws.model.shared, aws.environment);
  return change(invocation, aws, site, async (common, view) => releaseSite({
    ...common,
    previous: await siteRelease({ settings: aws.settings, place }, site.deployedAs),
    build: () => build(invocation, aws, site, siteValues(place, site), { view, signal: common.signal }),
  }));
}

/** Returns a site to the release before, whose files its bucket still has. */
export async function rollbackSite(invocation: Invocation, aws: OnAws, site: Site): Promise<number> {
  return change(invocation, aws, site, (common) => rollBackSite(common));
}

type Common = Omit<SiteRelease, "build" | "previous">;

async function change(invocation: Invocation, aws: OnAws, site: Site, act: (common: Common, view: ProgressView) => Promise<DeployedSite>): Promise<number> {
  const { model: { shared }, environment, settings, identity } = aws;
  const interrupts = new Interrupts(invocation.tell);
  const view = new ProgressView({ tell: interrupts.tell, terminal: invocation.terminal });
  interrupts.words = ["interrupted: what is being written is finished", "interrupted"];
  const began = performance.now();
  try {
    const done = await act({ shared, environment, site, settings, account: identity.account, by: whoIs(identity), waits: invocation.flags.has("wait"), signal: interrupts.signal, report: view.show }, view);
    view.close();
    tellDone(invocation, done, Math.round((performance.now() - began) / 100) / 10);
    return 0;
  } finally {
    view.close();
    interrupts.release();
  }
}

interface Watched {
  readonly view: ProgressView;
  readonly signal: AbortSignal;
}

async function build(invocation: Invocation, aws: OnAws, site: Site, values: Readonly<Record<string, string>>, { view, signal }: Watched): Promise<BuiltSite> {
  // Beside what this machine runs of the same environment: its pages have other addresses in them.
  const place = placeOf(`${aws.state}-aws`);
  const from = invocation.values["from"];
  const begun = (): void => view.show({ part: site.name, state: "working", step: "building" });
  const sources = from === undefined ? join(aws.sources, site.directory) : resolve(from);
  try {
    const release = await buildRelease(place, { name: site.name, sources, build: site.build, output: site.output, environment: values, reader: null, begun }, signal);
    await pruneReleases(place, site.name, new Set([release.id]));
    return { release: release.id, directory: resolve(place.release(site.name, release.id), site.output) };
  } catch (error) {
    if (error instanceof Failure && error.code === "build-failed" && error.hint?.startsWith("./dailyge logs") === true) {
      throw new Failure("build-failed", error.message, { hint: `${error.hint} --state ${place.state}`, details: error.details, cause: error });
    }
    throw error;
  }
}

function tellDone(invocation: Invocation, { name, release, previous, written, kept }: DeployedSite, seconds: number): void {
  if (invocation.flags.has("json")) return invocation.print(`${JSON.stringify({ name, release, previous, seconds, written, kept })}\n`);
  const files = `${written} file${written === 1 ? "" : "s"} written, ${kept} as they were`;
  if (previous === release && written === 0) invocation.print(`${name} already serves ${release}: nothing has changed\n`);
  else invocation.print(`${name} serves ${release} (${seconds} s; ${files}), before ${previous ?? "nothing"}\n`);
}

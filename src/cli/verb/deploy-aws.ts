import { resolve } from "node:path";
import { release as releaseService } from "../../aws/run/deploy.ts";
import { groundOf, type Ground } from "../../aws/run/deploy-ground.ts";
import type { Deployed } from "../../aws/run/deploy-terms.ts";
import { buildImage } from "../../aws/run/image-build.ts";
import { findImage, findRepository, type Image, type Repository } from "../../aws/run/image.ts";
import { rollBack } from "../../aws/run/rollback.ts";
import { Failure } from "../../kit/failure.ts";
import type { Service } from "../../model/service.ts";
import { awsCommand, onAws, partNamed, whoIs, type OnAws } from "../aws.ts";
import { confirm } from "../confirm.ts";
import { imagePlatform, imageSource } from "../image-source.ts";
import { Interrupts } from "../interrupts.ts";
import type { Invocation } from "../invocation.ts";
import { ProgressView } from "../progress.ts";

/** Releases a service or site on AWS. Ends with 0 only when every replica was seen to run what was released. */
export async function deployOnAws(invocation: Invocation): Promise<number> {
  const name = nameIn(invocation);
  return onAws(invocation, `${name} cannot be released`, async (aws) => {
    const part = partNamed(aws, name);
    await agreed(invocation, aws);
    if ("site" in part) return (await import("./deploy-site.ts")).deploySite(invocation, aws, part.site);
    const { service } = part;
    return change(invocation, aws, service, async (ground, repository) => {
      const image = (): Promise<Image> => wantedImage(invocation, aws, ground, repository);
      return releaseService(ground, { repository, image, migrates: true, restarts: invocation.flags.has("restart"), interrupts: false, by: whoIs(aws.identity) });
    });
  }, (located) => partNamed(located, name));
}

/** Returns to the release that served before. */
export async function rollbackOnAws(invocation: Invocation): Promise<number> {
  const name = nameIn(invocation);
  return onAws(invocation, `${name} cannot be rolled back`, async (aws) => {
    const part = partNamed(aws, name);
    await agreed(invocation, aws);
    if ("site" in part) return (await import("./deploy-site.ts")).rollbackSite(invocation, aws, part.site);
    return change(invocation, aws, part.service, (ground, repository) => rollBack(ground, repository, whoIs(aws.identity)));
  }, (located) => partNamed(located, name));
}

function nameIn({ verb, words: [name, ...more] }: Invocation): string {
  if (name !== undefined && more.length === 0) return name;
  throw new Failure("usage", `${verb} needs the name of one service or site`, { hint: `./dailyge ${verb} api --target aws` });
}

/** A guarded environment is changed only by who names it. */
async function agreed(invocation: Invocation, { environment: { name, guarded } }: OnAws): Promise<void> {
  if (!guarded) return;
  await confirm(invocation, { directory: name, guarded: name, unasked: `${awsCommand(invocation, name)} --confirm ${name}`, signal: new AbortController().signal });
}

/** Does it with progress; the first Ctrl-C undoes it, the second leaves it as it is. */
async function change(invocation: Invocation, aws: OnAws, service: Service, act: (ground: Ground, repository: Repository) => Promise<Deployed>): Promise<number> {
  const { model: { shared }, environment, settings } = aws;
  const interrupts = new Interrupts(invocation.tell);
  const view = new ProgressView({ tell: interrupts.tell, terminal: invocation.terminal });
  interrupts.words = ["cancelling: going back to what ran before; Ctrl-C again leaves it as it is", "left as it is: see ./dailyge status --target aws"];
  const began = performance.now();
  try {
    const repository = await findRepository(aws.registry, shared, service.name);
    const left = new Promise<never>((_resolve, reject) => interrupts.abandon.addEventListener("abort", () => reject(abandoned(service.name, awsCommand(invocation, environment.name)))));
    const ground = groundOf({ shared, environment, service, settings, signal: interrupts.signal, report: view.show });
    const done = await Promise.race([act(ground, repository), left]);
    view.close();
    tellDone(invocation, done, Math.round((performance.now() - began) / 100) / 10);
    return 0;
  } finally {
    view.close();
    interrupts.release();
  }
}

const abandoned = (name: string, again: string): Failure =>
  new Failure("interrupted", `${name} was left in the middle: ECS goes on by itself, and what serves is not written down`, { hint: `see how it goes: ./dailyge status --target aws; its turn is free again within 10 minutes: ${again}` });

function wantedImage(invocation: Invocation, aws: OnAws, { service, report, signal }: Ground, repository: Repository): Promise<Image> {
  const { image: named, from } = invocation.values;
  if (named !== undefined && from !== undefined) throw new Failure("usage", "an image and its sources cannot both be meant", { hint: "leave out --image, or --from" });
  if (named !== undefined) return findImage(repository, named);
  const platform = imagePlatform(aws.environment, service);
  return imageSource(from === undefined ? resolve(aws.sources, service.directory) : resolve(from), platform).then((source) =>
    buildImage({ repository, service: service.name, source, platform, environment: process.env, signal, step: (step) => report({ part: service.name, state: "working", step }) }),
  );
}

function tellDone(invocation: Invocation, { name, release, previous, changed, replicas }: Deployed, seconds: number): void {
  if (invocation.flags.has("json")) return invocation.print(`${JSON.stringify({ name, release, previous, seconds })}\n`);
  const on = replicas === 0 ? "" : `, ${replicas} of ${replicas}`;
  if (!changed) invocation.print(`${name} already serves ${release}${on}: nothing has changed\n`);
  else if (previous === release) invocation.print(`${name} serves ${release}${on} anew (${seconds} s)\n`);
  else invocation.print(`${name} serves ${release}${on} (${seconds} s), before ${previous ?? "nothing"}\n`);
}

import { basename } from "node:path";
import { awsSettings } from "../../aws/run/clients.ts";
import { newestImages, type NewestImage } from "../../aws/run/update.ts";
import { lockFile, readImageLock, writeImageLock, type LockedImage } from "../image-lock.ts";
import type { Invocation } from "../invocation.ts";
import { locate } from "../locate.ts";
import { foldedTable, wrap } from "../table.ts";

/** Chooses the newest images for instances, and writes them down beside the definition: until it is run again, every apply takes those. */
export async function update(invocation: Invocation): Promise<number> {
  const { definition, model } = await locate(invocation);
  const { region } = model.shared;
  const file = lockFile(definition);
  const before = readImageLock(file);
  const newest = await newestImages(model, awsSettings(region, process.env));
  const chosenAt = new Date().toISOString();
  const images = newest.map((image) => choose(image, before[region] ?? [], chosenAt));
  const changed = images.filter((image) => !before[region]?.includes(image));
  if (changed.length > 0 || (before[region] ?? []).length > images.length) writeImageLock(file, { ...before, [region]: images });
  if (invocation.flags.has("json")) {
    const answer = images.map((image) => ({ region, ...image, before: former(before[region], image)?.id ?? null }));
    invocation.print(`${JSON.stringify({ file, images: answer }, null, 2)}\n`);
    return 0;
  }
  if (images.length === 0) invocation.print("no part of this platform needs an instance\n");
  else invocation.print(foldedTable(["FOR", "IMAGE", "BEFORE", "NAME"], images.map((image) => row(image, before[region])), invocation.terminal.interactive ? invocation.terminal.columns : Infinity));
  if (changed.length > 0) invocation.tell(`${wrap(`next: commit ${basename(file)}; an apply then replaces hosts one by one. Machines of databases keep theirs until they are made anew.`, invocation.terminal.columns, "  ")}\n`);
  return 0;
}

const former = (images: readonly LockedImage[] | undefined, { use, architecture }: NewestImage): LockedImage | undefined =>
  images?.find((image) => image.use === use && image.architecture === architecture);

/** The entry as it is where the image is the same: it was chosen then. */
function choose(image: NewestImage, before: readonly LockedImage[], chosenAt: string): LockedImage {
  const same = former(before, image);
  return same?.id === image.id ? same : { ...image, chosenAt };
}

function row(image: LockedImage, before: readonly LockedImage[] | undefined): readonly string[] {
  const old = former(before, image);
  return [`${image.use} ${image.architecture}`, image.id, old === undefined ? "not chosen" : old.id === image.id ? "the same" : old.id, image.name ?? ""];
}

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { Failure } from "../kit/failure.ts";
import type { Image, ImageUse } from "../model/images.ts";
import type { Architecture } from "../model/instance-type.ts";

/** An image as the file has it. */
export interface LockedImage extends Image {
  /** What its maker calls it; null where only the id is told. */
  readonly name: string | null;
  /** When it was chosen: `2026-11-22T23:40:00.000Z`. */
  readonly chosenAt: string;
}

/** By region: the images that were chosen there. */
export type ImageLock = Readonly<Record<string, readonly LockedImage[]>>;

const USES: readonly ImageUse[] = ["hosts", "databases"];
const ARCHITECTURES: readonly Architecture[] = ["arm64", "x86_64"];
const NOTE = "Images that instances are made from. Written by ./dailyge update; it belongs into version control.";

/** `platform.ts` → `platform.lock.json`, beside it. */
export const lockFile = (definition: string): string => join(dirname(definition), `${basename(definition, extname(definition))}.lock.json`);

/** The images that were chosen; none where there is no file. @throws Failure `definition-unreadable` for one that is not as we write it */
export function readImageLock(file: string): ImageLock {
  const text = textOf(file);
  if (text === null) return {};
  const { images } = parsed(text, file);
  return Object.fromEntries(Object.entries(record(images, file)).map(([region, byUse]) => [region, imagesIn(byUse, file)]));
}

/** Writes the file whole or not at all. The same images give the same bytes. */
export function writeImageLock(file: string, lock: ImageLock): void {
  const images = Object.fromEntries(Object.entries(lock).sort(([one], [other]) => (one < other ? -1 : 1)).map(([region, all]) => [region, byUse(all)]));
  writeFileSync(`${file}.new`, `${JSON.stringify({ "//": NOTE, images }, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

const byUse = (images: readonly LockedImage[]) => Object.fromEntries(USES.flatMap((use) => {
  const found = ARCHITECTURES.flatMap((architecture) => images.filter((image) => image.use === use && image.architecture === architecture));
  return found.length === 0 ? [] : [[use, Object.fromEntries(found.map(({ architecture, id, name, chosenAt }) => [architecture, { id, name, chosenAt }]))]];
}));

function imagesIn(value: unknown, file: string): readonly LockedImage[] {
  return Object.entries(record(value, file)).flatMap(([use, byArchitecture]) => Object.entries(record(byArchitecture, file)).map(([architecture, image]) => {
    const { id, name = null, chosenAt } = record(image, file);
    const [knownUse, knownArchitecture] = [USES.find((each) => each === use), ARCHITECTURES.find((each) => each === architecture)];
    if (knownUse === undefined || knownArchitecture === undefined) throw unreadable(file, `it has an image for ${use} ${architecture}, which there is not`);
    if (typeof id !== "string" || !/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) throw unreadable(file, `the image for ${use} ${architecture} has no id such as ami-0123456789abcdef0`);
    if ((name !== null && typeof name !== "string") || typeof chosenAt !== "string") throw unreadable(file, `the image for ${use} ${architecture} is not complete`);
    return { use: knownUse, architecture: knownArchitecture, id, name, chosenAt };
  }));
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw unreadable(file, error instanceof Error ? error.message : String(error));
  }
}

function parsed(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(text), file);
  } catch (error) {
    throw error instanceof Failure ? error : unreadable(file, `it is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function record(value: unknown, file: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw unreadable(file, "it is not as ./dailyge update writes it");
}

const unreadable = (file: string, why: string): Failure =>
  new Failure("definition-unreadable", `${file} cannot be read: ${why}`, { hint: `take the one of the last commit: git checkout ${basename(file)}` });

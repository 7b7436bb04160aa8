import type { Architecture } from "./instance-type.ts";

/** What instances are made from an image for. */
export type ImageUse = "hosts" | "databases";

/** An image that has been chosen: instances are made from it until another one is. */
export interface Image {
  readonly use: ImageUse;
  readonly architecture: Architecture;
  /** `ami-0123456789abcdef0` */
  readonly id: string;
}

/** The id of the image that was chosen; undefined where none was, and the newest is taken. */
export function imageFor(images: readonly Image[], use: ImageUse, architecture: Architecture): string | undefined {
  return images.find((image) => image.use === use && image.architecture === architecture)?.id;
}

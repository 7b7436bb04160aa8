import type { SSMClient } from "@aws-sdk/client-ssm";
import type { Place } from "../render/place.ts";
import { servedImages } from "./deploy-release.ts";
import { listImages, nameOf, type Repository } from "./image.ts";

/** A release of a service, as the same command tells it of this machine, and where its image is. */
export interface ReleaseRow {
  readonly id: string;
  readonly state: "serves" | "served" | "built";
  /** ISO 8601; null for an image of another repository. */
  readonly builtAt: string | null;
  readonly servedSince: string | null;
  readonly by: string | null;
  readonly image: string;
}

/** What was pushed of a service, what it serves in this environment and what it served there, newest first. */
export async function listReleases(where: { readonly ssm: SSMClient; readonly place: Place; readonly service: { readonly name: string } }, repository: Repository): Promise<readonly ReleaseRow[]> {
  const served = await servedImages(where);
  const rows: ReleaseRow[] = [];
  for (const image of await listImages(repository)) {
    const times = served.filter((one) => one.image === image.reference);
    rows.push({ id: image.name, state: stateOf(served[0]?.image, image.reference, times.length), builtAt: image.pushedAt, servedSince: times[0]?.since ?? null, by: times[0]?.by ?? null, image: image.reference });
  }
  const known = new Set(rows.map(({ image }) => image));
  for (const { image, since, by } of served) {
    if (known.has(image)) continue;
    known.add(image);
    rows.push({ id: await nameOf(repository, image), state: stateOf(served[0]?.image, image, 1), builtAt: null, servedSince: since, by, image });
  }
  return rows.toSorted((one, other) => (other.builtAt ?? other.servedSince ?? "").localeCompare(one.builtAt ?? one.servedSince ?? ""));
}

const stateOf = (current: string | undefined, image: string, times: number): ReleaseRow["state"] => (image === current ? "serves" : times > 0 ? "served" : "built");

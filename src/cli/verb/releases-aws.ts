import { SSMClient } from "@aws-sdk/client-ssm";
import { siteReleaseParameter } from "../../aws/render/deployed-names.ts";
import { place } from "../../aws/render/place.ts";
import { findRepository } from "../../aws/run/image.ts";
import { listReleases, type ReleaseRow } from "../../aws/run/releases.ts";
import { servedReleases, type ServedSite } from "../../aws/run/site-rollback.ts";
import { Failure } from "../../kit/failure.ts";
import { onAws, partNamed } from "../aws.ts";
import type { Invocation } from "../invocation.ts";
import { table } from "../table.ts";

/** What was pushed of a service or site, what it serves on AWS and what it served there, newest first. */
export async function releasesOnAws(invocation: Invocation): Promise<number> {
  const [name] = invocation.words;
  if (name === undefined) throw new Failure("usage", "releases needs the name of a service or site", { hint: "./dailyge releases api --target aws" });
  return onAws(invocation, `the releases of ${name} cannot be listed`, async (aws) => {
    const { model: { shared }, environment, settings, registry } = aws;
    const part = partNamed(aws, name);
    const where = { ssm: new SSMClient(settings), place: place(shared, environment) };
    const rows = "site" in part
      ? siteRows(await servedReleases(where.ssm, siteReleaseParameter(where.place, part.site.deployedAs)))
      : await listReleases({ ...where, service: part.service }, await findRepository(registry, shared, name));
    if (invocation.flags.has("json")) invocation.print(`${JSON.stringify(rows, null, 2)}\n`);
    else invocation.print(table(["RELEASE", "STATE", "PUSHED", "SERVED SINCE"], rows.map(({ id, state, builtAt, servedSince }) => [id, state, time(builtAt), time(servedSince)])));
    return 0;
  }, (located) => partNamed(located, name));
}

/** Each release once, by the last time that it was released; a site's files are not kept apart from what it serves. */
const siteRows = (served: readonly ServedSite[]): readonly Omit<ReleaseRow, "image" | "by">[] =>
  served.filter(({ release }, index) => served.findIndex((one) => one.release === release) === index)
    .map(({ release, at }, index) => ({ id: release, state: index === 0 ? "serves" : "served", builtAt: null, servedSince: at.toISOString() }));

const time = (iso: string | null): string => (iso === null ? "" : `${iso.slice(0, 16).replace("T", " ")} UTC`);

import { SSMClient } from "@aws-sdk/client-ssm";
import { place } from "../../aws/render/place.ts";
import { findRepository } from "../../aws/run/image.ts";
import { listReleases } from "../../aws/run/releases.ts";
import { Failure } from "../../kit/failure.ts";
import { onAws, serviceNamed } from "../aws.ts";
import type { Invocation } from "../invocation.ts";
import { table } from "../table.ts";

/** What was pushed of a service, what it serves on AWS and what it served there, newest first. */
export async function releasesOnAws(invocation: Invocation): Promise<number> {
  const [name] = invocation.words;
  if (name === undefined) throw new Failure("usage", "releases needs the name of a service", { hint: "./dailyge releases api --target aws" });
  return onAws(invocation, `the releases of ${name} cannot be listed`, async (aws) => {
    const { model: { shared }, environment, settings, registry } = aws;
    const service = serviceNamed(aws, name, "has no images");
    const rows = await listReleases({ ssm: new SSMClient(settings), place: place(shared, environment), service }, await findRepository(registry, shared, name));
    if (invocation.flags.has("json")) invocation.print(`${JSON.stringify(rows, null, 2)}\n`);
    else invocation.print(table(["RELEASE", "STATE", "PUSHED", "SERVED SINCE"], rows.map(({ id, state, builtAt, servedSince }) => [id, state, time(builtAt), time(servedSince)])));
    return 0;
  });
}

const time = (iso: string | null): string => (iso === null ? "" : `${iso.slice(0, 16).replace("T", " ")} UTC`);

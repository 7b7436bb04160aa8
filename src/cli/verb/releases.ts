import { Failure } from "../../kit/failure.ts";
import { placeOf } from "../../local/render/place.ts";
import { listReleases } from "../../local/run/release.ts";
import { readState } from "../../local/run/state.ts";
import type { Invocation } from "../invocation.ts";
import { locateState } from "../locate.ts";
import { requireOwn } from "../reach.ts";
import { table } from "../table.ts";

/** What is built of a service or site, newest first. */
export async function releases(invocation: Invocation): Promise<number> {
  if (invocation.values["target"] === "aws") return (await import("./releases-aws.ts")).releasesOnAws(invocation);
  const [name] = invocation.words;
  if (name === undefined) throw new Failure("usage", "releases needs the name of a service or site", { hint: "./dailyge releases api" });
  const { state, definition } = await locateState(invocation);
  const known = await readState(placeOf(state));
  if (known !== null) requireOwn(known, definition, state);
  const record = known?.workloads[name];
  if (record === undefined) throw new Failure("unknown-name", `there is no service or site ${name}`, { hint: `there are: ${Object.keys(known?.workloads ?? {}).join(", ") || "none yet"}` });
  const served = new Map(record.history.map(({ id, servedSince }) => [id, servedSince]));
  const rows = (await listReleases(placeOf(state), name)).map((release) => ({
    ...release,
    state: release.id === record.current ? "serves" : served.has(release.id) ? "served" : "built",
    servedSince: served.get(release.id) ?? null,
  }));
  if (invocation.flags.has("json")) invocation.print(`${JSON.stringify(rows, null, 2)}\n`);
  else invocation.print(table(["RELEASE", "STATE", "BUILT", "SERVED SINCE"], rows.map(({ id, state: is, builtAt, servedSince }) => [id, is, time(builtAt), time(servedSince)])));
  return 0;
}

const time = (iso: string | null): string => (iso === null ? "" : `${iso.slice(0, 16).replace("T", " ")} UTC`);

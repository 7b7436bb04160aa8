import { placeOf } from "../render/place.ts";
import { findConfinement } from "./confine.ts";
import { removeTree } from "./files.ts";
import { endLeftJobs } from "./job.ts";
import { socketDirectory } from "./sockets.ts";
import { standingParts, stopProcess } from "./supervisor.ts";

const STOP_WITHIN_SECONDS = 5;

/** Deletes a state directory with all that runs in it, whether its state can be read or not. No controller may be at work there. */
export async function eraseState(state: string): Promise<void> {
  const place = placeOf(state);
  const { unconfine } = await findConfinement(state);
  await endLeftJobs(place);
  await Promise.all((await standingParts(place)).map((name) => stopProcess({ place, unconfine }, name, STOP_WITHIN_SECONDS)));
  await removeTree(socketDirectory(state));
  await removeTree(state);
}

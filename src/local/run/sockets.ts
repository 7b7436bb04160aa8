import { createHash } from "node:crypto";
import { mkdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { Failure } from "../../kit/failure.ts";
import { handOver } from "./files.ts";
import type { Ground } from "./supervisor.ts";

/** unix(7): the path of a socket has at most 107 bytes. HAProxy and parts' names need up to 37 of them. */
const LONGEST = 70;

/**
 * A directory for the sockets of a state directory: inside it, or, where its path is too long or holds what HAProxy does
 * not take in the path of a socket (`$`, `,`), in the system's place for temporary files.
 */
export function socketDirectory(state: string): string {
  const inside = `${state}/run`;
  if (Buffer.byteLength(inside) <= LONGEST && !/[$,]/.test(inside)) return inside;
  const short = createHash("sha256").update(state).digest("hex").slice(0, 16);
  return `${tmpdir()}/dailyge-${process.getuid?.()}-${short}`;
}

/**
 * Makes it, for the parts' users to pass. Each socket in it is its owner's alone.
 * @throws Failure `permission` when somebody else made a directory of that name
 */
export async function makeSocketDirectory(state: string): Promise<string> {
  const directory = socketDirectory(state);
  await mkdir(directory, { recursive: true, mode: 0o711 });
  const found = await stat(directory);
  if (found.uid !== process.getuid?.()) {
    throw new Failure("permission", `cannot use ${directory} for sockets: it belongs to another user`, { hint: "choose a shorter path: --state DIR" });
  }
  return directory;
}

/** Where the controller of a state directory listens. */
export const controlSocket = (state: string): string => `${socketDirectory(state)}/control.sock`;

/** Where a part makes its sockets; its user's alone. */
export const partSockets = (state: string, part: string): string => `${socketDirectory(state)}/${part}`;

/** Makes it, before the part starts. */
export async function makePartSockets({ place, userOf }: Pick<Ground, "place" | "userOf">, part: string): Promise<void> {
  const directory = partSockets(place.state, part);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const user = userOf(part);
  if (user !== null) await handOver(directory, user);
}

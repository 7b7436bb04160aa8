import { mkdir } from "node:fs/promises";
import { basename } from "node:path";
import { Failure } from "../../kit/failure.ts";
import type { Place } from "../render/place.ts";
import { diskFailure, removeTree } from "./files.ts";
import { runJob } from "./job.ts";
import { send } from "./process-table.ts";

/** Trees that become one, and who is held still meanwhile. */
export interface Copy {
  readonly name: "snapshot" | "restore";
  readonly from: readonly string[];
  /** Made for it; gone when the copy is not whole. */
  readonly to: string;
  /** Process groups that neither run nor write for as long as it takes. */
  readonly still: readonly number[];
}

/**
 * `$1`: process groups; the rest are cp(1)'s. Groups go on when this script ends, in whatever way but a SIGKILL: a
 * controller that is killed leaves it at work. A system call that a thread is in when it is stopped is waited for.
 */
const SCRIPT = `groups=$1; to=$2; shift 2
thaw() { for group in $groups; do kill -s CONT -- "-$group" 2>/dev/null; done; }
trap 'rm -rf -- "$to"; thaw; exit 1' TERM INT HUP
for group in $groups; do kill -s STOP -- "-$group"; done
tries=0
for group in $groups; do
  while grep -L '^State:.[TtXZ]' "/proc/$group/task/"*/status 2>/dev/null | grep -q .; do
    tries=$((tries + 1))
    if [ "$tries" -gt 500 ]; then echo "process $group cannot be held still"; thaw; exit 3; fi
    sleep 0.01
  done
done
cp --archive --reflink=auto -- "$@" "$to"
result=$?
[ "$result" = 0 ] || rm -rf -- "$to"
thaw
exit "$result"
`;

/**
 * Copies data directories, sharing blocks where the file system can. Of servers that are held still it is what a crash at
 * that moment would leave, all of them at the same moment: what they recover from, with every acknowledged write.
 */
export async function copyData(place: Place, copy: Copy, signal: AbortSignal): Promise<void> {
  await removeTree(copy.to);
  await mkdir(copy.to, { recursive: true, mode: 0o700 });
  try {
    const command = ["/bin/sh", "-c", SCRIPT, "sh", copy.still.join(" "), copy.to, ...copy.from];
    const { exitCode, lastLines } = await runJob(place, { name: copy.name, command, directory: place.state, environment: { PATH: process.env["PATH"], LC_ALL: "C" } }, signal);
    if (exitCode !== 0) throw copyFailure(copy, lastLines);
  } catch (cause) {
    await removeTree(copy.to);
    throw diskFailure(copy.to, cause);
  } finally {
    goOn(copy.still);
  }
}

/** Lets process groups go on that were held still. Harmless to others. */
export function goOn(groups: readonly number[]): void {
  for (const group of groups) send(-group, "SIGCONT");
}

function copyFailure({ name, from }: Copy, lines: readonly string[]): Failure {
  const what = `cannot copy ${from.map((path) => basename(path)).join(", ")} for the ${name}`;
  if (lines.some((line) => /No space left|Disk quota exceeded/.test(line))) {
    return new Failure("disk-full", `${what}: no space is left on its disk`, { hint: "free some space, or delete an older one: ./dailyge snapshots delete NAME", details: lines });
  }
  return new Failure("start-failed", `${what}: ${lines.at(-1) ?? "cp does not say why"}`, { hint: "./dailyge status", details: lines });
}

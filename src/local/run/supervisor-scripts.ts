/** A word that the shell takes as it is. */
export const shellWord = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

export interface Run {
  readonly name: string;
  readonly directory: string;
  readonly chpst: string;
  /** Directory of one file per variable. */
  readonly environment: string;
  readonly cgroup: string | null;
  readonly command: readonly string[];
}

/** The `run` script of runsv(8): it writes down its number and when the kernel started it, and becomes the process, in a group of its own, with exactly the environment written for it. */
export function runScript(run: Run): string {
  const confine = run.cgroup === null ? "" : `echo $$ > ${shellWord(run.cgroup)}\n`;
  const command = run.command.map(shellWord).join(" ");
  return `#!/bin/sh
# ${run.name}
exec 2>&1 </dev/null
read -r stat < /proc/$$/stat && set -- $stat
echo "$$ \${22}" > leader
${confine}cd ${shellWord(run.directory)} || exit 111
exec env -i ${shellWord(run.chpst)} -P -e ${shellWord(run.environment)} ${command}
`;
}

/**
 * The `finish` script of runsv(8): ends what the process left of its group, writes down how it ended, and waits longer
 * the more often it ended within a minute: 0, 1, 2, 4 ... 30 seconds. What we end ourselves is no death.
 */
export function finishScript(name: string): string {
  return `#!/bin/sh
# ${name}
read -r leader ticks < leader && kill -s KILL -- "-$leader" 2>/dev/null
[ -e stopping ] && exit 0
now=$(date +%s)
echo "$now $1 $2" >> deaths
tail -n 50 deaths > deaths.new && mv deaths.new deaths
recent=0
while read -r at rest; do [ "$at" -gt $((now - 60)) ] && [ "$at" -le "$now" ] && recent=$((recent + 1)); done < deaths
wait=0
[ "$recent" -gt 1 ] && wait=1
while [ "$recent" -gt 2 ] && [ "$wait" -lt 30 ]; do wait=$((wait * 2)); recent=$((recent - 1)); done
[ "$wait" -gt 30 ] && wait=30
while [ "$wait" -gt 0 ] && [ ! -e stopping ] && [ -e deaths ]; do sleep 1; wait=$((wait - 1)); done
exit 0
`;
}

/** The `run` script of the log service: bounded files, each line with its time (UTC) and at most 8 KB long. svlogd(8) */
export const logScript = (svlogd: string, directory: string): string => `#!/bin/sh
exec ${shellWord(svlogd)} -tt -l 8192 -b 16384 ${shellWord(directory)}
`;

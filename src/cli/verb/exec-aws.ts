import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ECSClient } from "@aws-sdk/client-ecs";
import { place } from "../../aws/render/place.ts";
import { beginExec, pluginAdvice, type SessionCommand } from "../../aws/run/exec.ts";
import { Failure } from "../../kit/failure.ts";
import { onAws, serviceNamed } from "../aws.ts";
import { inForeground } from "../foreground.ts";
import type { Invocation } from "../invocation.ts";

/** Runs a command in a replica on AWS, with this terminal. Its exit code stays there: the session has none. */
export async function execOnAws(invocation: Invocation): Promise<number> {
  const [name, ...words] = invocation.words;
  const command = [...words, ...invocation.rest];
  if (name === undefined || command.length === 0) throw new Failure("usage", "exec needs a service and a command", { hint: `./dailyge exec ${name ?? "SERVICE"} --target aws -- sh` });
  requirePlugin();
  const session = await onAws(invocation, `nothing can be run in ${name}`, async (aws): Promise<SessionCommand> => {
    const service = serviceNamed(aws, name, "nothing runs for it");
    return beginExec({ ecs: new ECSClient(aws.settings), place: place(aws.model.shared, aws.environment), service }, aws.model.shared.region, command);
  });
  return inForeground({ command: session.command, environment: { ...process.env, ...session.environment } });
}

function requirePlugin(): void {
  const directories = (process.env["PATH"] ?? "").split(delimiter);
  if (directories.some((directory) => directory !== "" && existsSync(join(directory, "session-manager-plugin")))) return;
  throw new Failure("part-missing", "session-manager-plugin is not on the PATH: AWS's own program for a terminal in a container", { hint: pluginAdvice(process.platform, process.arch) });
}

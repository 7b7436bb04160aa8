import { ExecuteCommandCommand, type Session } from "@aws-sdk/client-ecs";
import { Failure } from "../../kit/failure.ts";
import { clusterName } from "../render/deployed-names.ts";
import { isNamed } from "./clients.ts";
import type { Ground } from "./deploy-ground.ts";
import { tasksOf } from "./deploy-evidence.ts";
import { idOf } from "./deploy-once.ts";
import { isUp } from "./deploy-rollout.ts";

/** A program that gives the terminal to a command in a container, and what it is told. */
export interface SessionCommand {
  readonly command: readonly string[];
  /** The session's token is here: a command line is for everyone on the machine to read. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Where Session Manager's plugin finds the session, since its 1.2.497; before, it stood on the command line. */
const SESSION_VARIABLE = "AWS_SSM_START_SESSION_RESPONSE";

/**
 * Begins a command in the newest replica of a service, and says what shows it on a terminal here.
 * @throws Failure `not-running` where no replica runs, `usage` where ECS does not let commands in
 */
export async function beginExec(ground: Pick<Ground, "ecs" | "place" | "service">, region: string, command: readonly string[]): Promise<SessionCommand> {
  const { ecs, place, service } = ground;
  const running = (await tasksOf(ground, "RUNNING")).filter(isUp);
  const [task] = running.toSorted((one, other) => (other.startedAt?.getTime() ?? 0) - (one.startedAt?.getTime() ?? 0));
  if (task?.taskArn === undefined) throw new Failure("not-running", `no replica of ${service.name} runs in ${place.environment.name}`, { hint: `./dailyge status --target aws --environment ${place.environment.name}` });
  const cluster = clusterName(place);
  const { session } = await ecs.send(new ExecuteCommandCommand({ cluster, task: task.taskArn, container: service.name, command: command.map(shellWord).join(" "), interactive: true })).catch((error: unknown) => {
    if (!isNamed(error, "InvalidParameterException", "TargetNotConnectedException")) throw error;
    throw new Failure("usage", `ECS lets no command into ${service.name}: ${error instanceof Error ? error.message : ""}`, { hint: `a replica that was started before commands were allowed takes none: ./dailyge deploy ${service.name} --target aws`, cause: error });
  });
  const runtime = task.containers?.find(({ name }) => name === service.name)?.runtimeId ?? "";
  return pluginCommand(session ?? {}, region, `ecs:${cluster}_${idOf(task.taskArn)}_${runtime}`);
}

/** How the AWS CLI starts the plugin. https://github.com/aws/session-manager-plugin */
export function pluginCommand({ sessionId, streamUrl, tokenValue }: Session, region: string, target: string): SessionCommand {
  return {
    command: ["session-manager-plugin", SESSION_VARIABLE, region, "StartSession", "", JSON.stringify({ Target: target }), `https://ssm.${region}.amazonaws.com`],
    environment: { [SESSION_VARIABLE]: JSON.stringify({ SessionId: sessionId, StreamUrl: streamUrl, TokenValue: tokenValue }) },
  };
}

const shellWord = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

const PLUGIN = "https://s3.amazonaws.com/session-manager-downloads/plugin/latest";

/** What gets the plugin, which is not in Debian. https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html */
export function pluginAdvice(platform: string, architecture: string): string {
  if (platform === "darwin") return "brew install --cask session-manager-plugin";
  const file = architecture === "arm64" ? "ubuntu_arm64" : "ubuntu_64bit";
  return `curl -fsSO ${PLUGIN}/${file}/session-manager-plugin.deb && sudo dpkg -i session-manager-plugin.deb`;
}

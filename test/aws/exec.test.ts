import { ECSClient } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { beginExec, pluginAdvice, pluginCommand } from "../../src/aws/run/exec.ts";
import { place } from "../../src/aws/render/place.ts";
import { answering, Refused, type Answer } from "./answers.ts";
import { probe, task, tasks } from "./deploy-world.ts";

const session = { sessionId: "ecs-execute-command-1", streamUrl: "wss://ssmmessages.ap-northeast-2.amazonaws.com/v1/data-channel/1", tokenValue: "the token" };

const begin = (answer: Answer, running: Parameters<typeof tasks>[0]) => {
  const { shared, environment, service } = probe();
  const answers = answering({ ...tasks(running), ExecuteCommand: answer });
  return { answers, done: beginExec({ ecs: new ECSClient(answers.settings), place: place(shared, environment), service }, "ap-northeast-2", ["sh", "-c", "echo 'one two'"]) };
};

test("the session's token is in a variable, and never on a command line", () => {
  const { command, environment } = pluginCommand(session, "ap-northeast-2", "ecs:probe-dev_1_2");
  expect(command).toEqual(["session-manager-plugin", "AWS_SSM_START_SESSION_RESPONSE", "ap-northeast-2", "StartSession", "", '{"Target":"ecs:probe-dev_1_2"}', "https://ssm.ap-northeast-2.amazonaws.com"]);
  expect(JSON.parse(environment["AWS_SSM_START_SESSION_RESPONSE"] ?? "")).toEqual({ SessionId: session.sessionId, StreamUrl: session.streamUrl, TokenValue: session.tokenValue });
});

test("a command goes to the newest replica that is up", async () => {
  const container = { name: "api", runtimeId: "beef-1" };
  const { answers, done } = begin({ session }, [
    task("old", "api", 1, "v1", { startedAt: 100, containers: [container] }), task("new", "api", 1, "v1", { startedAt: 200, containers: [container] }),
    task("ill", "api", 1, "v1", { startedAt: 300, healthStatus: "UNHEALTHY" }), task("late", "api", 1, "v1", { lastStatus: "PENDING" }),
  ]);
  expect((await done).command[5]).toBe('{"Target":"ecs:probe-dev_new_beef-1"}');
  expect(answers.asked.at(-1)?.input).toMatchObject({ cluster: "probe-dev", container: "api", interactive: true, command: `sh -c 'echo '\\''one two'\\'''` });
});

test.each([
  ["nothing runs", {}, [], "not-running", "no replica of api runs in dev"],
  ["ECS lets nobody in", new Refused("InvalidParameterException", "The execute command failed because execute command was not enabled when the task was run"), [task("a", "api", 1, "v1")], "usage", "execute command was not enabled"],
  ["its agent is not there", new Refused("TargetNotConnectedException", "The execute command failed due to an internal error"), [task("a", "api", 1, "v1")], "usage", "ECS lets no command into api"],
] as const)("%s", async (_name, answer, running, code, says) => {
  await expect(begin(answer, running).done).rejects.toMatchObject({ code, message: expect.stringContaining(says) });
});

test.each([["linux", "x64", "ubuntu_64bit"], ["linux", "arm64", "ubuntu_arm64"], ["darwin", "arm64", "brew install"]])("on %s %s the plugin comes by %s", (platform, architecture, says) => {
  expect(pluginAdvice(platform, architecture)).toContain(says);
});

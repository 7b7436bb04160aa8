import { asBody, asList, ofType, texts, type Configuration, type WrittenBlock } from "../configuration.ts";
import { containersOf } from "../service.ts";
import type { Rule, Violation } from "./rule.ts";

type Container = Readonly<Record<string, unknown>>;

/** A rule about every container of every task. */
const everyContainer = (about: Pick<Rule, "name" | "controls" | "says">, test: (container: Container, task: WrittenBlock, configuration: Configuration) => string | undefined): Rule => ({
  ...about,
  about: ["aws_ecs_task_definition"],
  find: (configuration) =>
    ofType(configuration, "aws_ecs_task_definition").flatMap((task): readonly Violation[] => {
      const containers = containersOf(task);
      if (containers.length === 0) return [{ at: task.address, message: "its containers cannot be read" }];
      return containers.flatMap((container): readonly Violation[] => {
        const message = test(container, task, configuration);
        return message === undefined ? [] : [{ at: task.address, message: `${String(container["name"])}: ${message}` }];
      });
    }),
});

const SECRET_NAME = /PASS(WORD|WD|PHRASE)?(_\d+)?$|_PWD$|SECRET$|TOKEN$|PRIVATE_KEY$|API_KEY$|_KEY$|CREDENTIALS?$/i;

export const TASKS: readonly Rule[] = [
  everyContainer({ name: "container-secrets", controls: ["ECS.8"], says: "no secret stands in a container's environment" }, ({ environment }) => {
    const variables = asList(environment).map(asBody);
    const named = variables.find(({ name, value }) => SECRET_NAME.test(String(name)) && value !== "");
    const held = variables.find(({ value }) => texts(value).some((text) => /\.(secret_string(_wo)?|random_password)\b|:\/\/[^/:@\s]+:[^/@\s]+@/.test(text)));
    const wrong = named ?? held;
    return wrong === undefined ? undefined : `${String(wrong["name"])} is in its environment`;
  }),
  everyContainer({ name: "container-privileged", controls: ["ECS.4"], says: "a container has no power over its host" }, ({ privileged, linuxParameters }) =>
    privileged === true || texts(asBody(asBody(linuxParameters)["capabilities"])["add"]).length > 0 ? "it is privileged" : undefined),
  everyContainer({ name: "container-log", controls: ["ECS.9"], says: "what a container says is kept, and never holds it up" }, ({ logConfiguration }) => {
    const { logDriver, options } = asBody(logConfiguration);
    const { "awslogs-group": group, mode } = asBody(options);
    return logDriver === "awslogs" && group !== undefined && mode === "non-blocking" ? undefined : "its log is not taken, or may hold it up";
  }),
  everyContainer({ name: "container-memory", controls: [], says: "a container that takes too much memory ends before its host does" }, ({ memory }) =>
    typeof memory === "number" && memory > 0 ? undefined : "it has no limit"),
  everyContainer({ name: "container-host", controls: ["ECS.1"], says: "a container sees nothing of its host's files" }, (_container, { body }) =>
    asList(body["volume"]).some((volume) => asBody(volume)["host_path"] !== undefined) ? "a directory of the host is in it" : undefined),
  everyContainer({ name: "container-secrets-read", controls: [], says: "a secret that a container is given may be read by who starts it" }, ({ secrets }, { body }) =>
    asList(secrets).length > 0 && body["execution_role_arn"] === undefined ? "nobody may read its secrets" : undefined),
];

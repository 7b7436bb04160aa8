import { addressesIn, asBody, asList, ofType, type Configuration, type WrittenBlock } from "../configuration.ts";
import { containersOf } from "../service.ts";
import { LOGS } from "./needs-logs.ts";
import { MACHINES, SHELL } from "./needs-machine.ts";
import { may, missing, type Need } from "./role.ts";
import type { Rule, Violation } from "./rule.ts";

const PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:GetAuthorizationToken"];
const WRITE_LOGS = ["logs:CreateLogStream", "logs:PutLogEvents"];
const CONSUME = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"];
/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-logging */
const KEEP_SESSIONS = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"];

/** Actions that are of use only together. Who may do one of them is to do them all. */
const TOGETHER: readonly (readonly string[])[] = [PULL, WRITE_LOGS, CONSUME, SHELL];

export const NEEDS: readonly Rule[] = [
  {
    name: "role-needs", controls: [], says: "what runs may do what it must",
    about: ["aws_iam_role_policy", "aws_ecs_task_definition", "aws_scheduler_schedule"],
    find: (configuration) => [...taskNeeds(configuration), ...shellNeeds(configuration), ...scheduleNeeds(configuration)].flatMap((need) => missing(configuration, need)),
  },
  {
    name: "role-together", controls: [], says: "actions that are of use only together are allowed together", about: ["aws_iam_role_policy"],
    find: (configuration) => ofType(configuration, "aws_iam_role").flatMap((role) => halves(configuration, role)),
  },
  ...MACHINES,
  ...LOGS,
];

/** What starts a task pulls its image, reads its secrets and writes its log. */
function taskNeeds(configuration: Configuration): readonly Need[] {
  return ofType(configuration, "aws_ecs_task_definition").flatMap((task): readonly Need[] => {
    const [role] = addressesIn(task.body["execution_role_arn"]);
    const containers = containersOf(task);
    const secrets = containers.flatMap((container) => asList(container["secrets"]).flatMap((secret) => addressesIn(asBody(secret)["valueFrom"])));
    const logs = containers.flatMap(({ logConfiguration }) => addressesIn(asBody(asBody(logConfiguration)["options"])["awslogs-group"]));
    const own = containers.some(({ image }) => addressesIn(image).length > 0);
    return [
      ...(own ? [{ role, actions: PULL, of: null }] : []),
      ...secrets.map((of) => ({ role, actions: ["secretsmanager:GetSecretValue"], of })),
      ...logs.map((of) => ({ role, actions: WRITE_LOGS, of })),
    ];
  });
}

/** A container in which people get a shell opens the way to it, and keeps what they do. */
function shellNeeds(configuration: Configuration): readonly Need[] {
  const services = ofType(configuration, "aws_ecs_service").filter(({ body }) => body["enable_execute_command"] === true);
  const tasks = services.flatMap(({ body }) => addressesIn(body["task_definition"]));
  const logs = ofType(configuration, "aws_ecs_cluster").flatMap(({ body }) => addressesIn(body["configuration"]))
    .filter((address) => address.startsWith("aws_cloudwatch_log_group."));
  return tasks.flatMap((task) => {
    const [role] = addressesIn(configuration.blocks.get(task)?.body["task_role_arn"]);
    return [
      { role, actions: [...SHELL, ...(logs.length > 0 ? ["logs:DescribeLogGroups"] : [])], of: null },
      ...logs.map((of) => ({ role, actions: KEEP_SESSIONS, of })),
    ];
  });
}

/** A schedule runs its task, tags it and hands it its roles. */
function scheduleNeeds(configuration: Configuration): readonly Need[] {
  const targets = ofType(configuration, "aws_scheduler_schedule").flatMap(({ body }) => asList(body["target"]).map(asBody));
  return targets.flatMap((target) => {
    const [role] = addressesIn(target["role_arn"]);
    return asList(target["ecs_parameters"]).map(asBody).flatMap(({ task_definition_arn: definition, propagate_tags: tags }): readonly Need[] => {
      const tasks = addressesIn(definition);
      const bodies = tasks.map((task) => configuration.blocks.get(task)?.body);
      const handed = bodies.flatMap((task) => addressesIn([task?.["task_role_arn"], task?.["execution_role_arn"]]));
      return [
        ...tasks.map((of) => ({ role, actions: ["ecs:RunTask"], of })),
        ...(tags === undefined ? [] : [{ role, actions: ["ecs:TagResource"], of: null }]),
        ...handed.map((of) => ({ role, actions: ["iam:PassRole"], of })),
      ];
    });
  });
}

function halves(configuration: Configuration, { address }: WrittenBlock): readonly Violation[] {
  return TOGETHER.flatMap((set) => {
    const lacking = set.filter((action) => !may(configuration, address, action, null));
    if (lacking.length === 0 || lacking.length === set.length) return [];
    return [{ at: address, message: `it may not ${lacking.join(" ")}, as the others of its kind` }];
  });
}

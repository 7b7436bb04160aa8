import { addressesIn, asBody, asList, ofType, parsed, type Body, type Configuration, type WrittenBlock } from "./configuration.ts";
import { allows, mayDo, statementsOf } from "./policy.ts";
import type { RunningService } from "./service.ts";

/** Queues that somebody works off: those that no other gives its dead letters to. */
export function workingQueues(configuration: Configuration): readonly WrittenBlock[] {
  const queues = ofType(configuration, "aws_sqs_queue");
  const dead = queues.flatMap(({ body }) => addressesIn(asBody(parsed(body["redrive_policy"]))["deadLetterTargetArn"]));
  return queues.filter(({ address }) => !dead.includes(address));
}

/** Topics of parts: all but those that alarms tell people through, as long as nobody else can use these. */
export function publishedTopics(configuration: Configuration): readonly WrittenBlock[] {
  const subscriptions = ofType(configuration, "aws_sns_topic_subscription");
  return ofType(configuration, "aws_sns_topic").filter((topic) => {
    const protocols = subscriptions.filter(({ body }) => addressesIn(body["topic_arn"]).includes(topic.address)).map(({ body }) => body["protocol"]);
    const forPeople = protocols.length > 0 && protocols.every((protocol) => protocol === "email");
    return !forPeople || opensToAll(configuration, topic) !== undefined;
  });
}

const PUBLISH = ["sns:Publish"];
const HANDLE = ["sqs:ReceiveMessage", "sqs:SendMessage"];

/** How a service publishes to a topic: its own role or the topic's policy lets it. */
export const publishes = (configuration: Configuration, service: RunningService, topic: WrittenBlock): string | undefined =>
  reaches(configuration, service, topic, PUBLISH);

/** How a service handles the messages of a queue, or puts its own into it. */
export const handles = (configuration: Configuration, service: RunningService, queue: WrittenBlock): string | undefined =>
  reaches(configuration, service, queue, HANDLE);

function reaches(configuration: Configuration, { task }: RunningService, resource: WrittenBlock, actions: readonly string[]): string | undefined {
  const role = task?.body["task_role_arn"];
  for (const action of actions) {
    const own = mayDo(configuration, role, action, resource.address);
    if (own) return `${own.address} lets its task role do ${action}`;
    const given = opening(configuration, resource, action, (statement) => isAnyone(statement) || addressesIn(role).some((each) => principals(statement, "AWS").includes(each)));
    if (given !== undefined) return `${given} lets it do ${action}`;
  }
  return undefined;
}

/** How everybody, with an account of AWS or without, publishes to a topic or reaches a queue; to be undefined. */
export function opensToAll(configuration: Configuration, resource: WrittenBlock): string | undefined {
  for (const action of [...PUBLISH, ...HANDLE]) {
    const given = opening(configuration, resource, action, isAnyone);
    if (given !== undefined) return `${given} lets everybody do ${action}`;
  }
  return undefined;
}

/** How a topic's messages come into a queue: a subscription asks for them, and the queue takes them. */
export function delivers(configuration: Configuration, topic: WrittenBlock, queue: WrittenBlock): string | undefined {
  const subscription = ofType(configuration, "aws_sns_topic_subscription").find(
    ({ body }) => body["protocol"] === "sqs" && addressesIn(body["topic_arn"]).includes(topic.address) && addressesIn(body["endpoint"]).includes(queue.address),
  );
  const isTaken = (statement: Body) =>
    isAnyone(statement) || (principals(statement, "Service").includes("sns.amazonaws.com") && (!isNarrowed(statement) || addressesIn(statement["Condition"]).includes(topic.address)));
  const policy = subscription && opening(configuration, queue, "sqs:SendMessage", isTaken);
  return policy && `${subscription.address} asks for its messages, which ${policy} lets in`;
}

/** The policy of a topic's or queue's own with a statement that allows the action to whom the test asks for. */
function opening(configuration: Configuration, { address }: WrittenBlock, action: string, test: (statement: Body) => boolean): string | undefined {
  const attached = [
    ...ofType(configuration, "aws_sns_topic_policy").filter(({ body }) => addressesIn(body["arn"]).includes(address)),
    ...ofType(configuration, "aws_sqs_queue_policy").filter(({ body }) => addressesIn(body["queue_url"]).includes(address)),
    ...["aws_sns_topic", "aws_sqs_queue"].flatMap((type) => ofType(configuration, type).filter((block) => block.address === address)),
  ];
  return attached.find(({ body }) => statementsOf(body["policy"]).some((statement) => allows(statement, action) && test(statement)))?.address;
}

/** `{ "AWS": [...] }`: roles by their addresses, everything else as it is written. */
function principals({ Principal }: Body, kind: "AWS" | "Service"): readonly string[] {
  const written = asList(asBody(Principal)[kind]).map(String);
  return written.flatMap((each) => [each, ...addressesIn(each)]);
}

const isAnyone = (statement: Body): boolean =>
  (statement["Principal"] === "*" || principals(statement, "AWS").includes("*")) && !isNarrowed(statement);

const SOURCES = /^aws:(Source|Principal)(Arn|Account|Org)/i;

/** Whether a condition asks who it is; one about the connection or the time leaves everybody in. */
const isNarrowed = ({ Condition }: Body): boolean =>
  Object.entries(asBody(Condition)).some(([operator, keys]) => /^(String|Arn)(Equals|Like)/.test(operator) && Object.keys(asBody(keys)).some((key) => SOURCES.test(key)));

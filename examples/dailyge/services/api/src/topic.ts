import { PublishBatchCommand, SNSClient } from "@aws-sdk/client-sns";

/** One message of the topic: the event as JSON, its type also as an attribute, for consumers that want some types only. */
export interface Message {
  /** Unique among those that are sent together. */
  readonly id: string;
  readonly type: string;
  readonly body: string;
}

/** A limit of SNS. */
export const MOST_AT_ONCE = 10;
const ANSWER_MS = 3_000;

/** The topic that our events go to. Where it is and who we are, the SDK reads from the environment. */
export class Topic {
  readonly #client = new SNSClient({ maxAttempts: 1, requestHandler: { requestTimeout: ANSWER_MS, connectionTimeout: 1_000, throwOnRequestTimeout: true } });
  readonly #arn: string;

  constructor(arn: string) {
    this.#arn = arn;
  }

  /** The ids of those that it has taken; throws where it does not answer. */
  async publish(messages: readonly Message[]): Promise<ReadonlySet<string>> {
    const { Successful = [] } = await this.#client.send(
      new PublishBatchCommand({
        TopicArn: this.#arn,
        PublishBatchRequestEntries: messages.map(({ id, type, body }) => ({
          Id: id, Message: body, MessageAttributes: { type: { DataType: "String", StringValue: type } },
        })),
      }),
      { abortSignal: AbortSignal.timeout(ANSWER_MS) },
    );
    return new Set(Successful.flatMap(({ Id }) => Id ?? []));
  }

  close(): void {
    this.#client.destroy();
  }
}

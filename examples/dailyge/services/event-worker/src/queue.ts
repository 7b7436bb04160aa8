import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

export interface Received {
  readonly body: string;
  /** What the queue calls this delivery. */
  readonly receipt: string;
  /** How often it has been delivered, this time included. */
  readonly times: number;
}

/** A limit of SQS. */
const MOST_AT_ONCE = 10;
const WAIT_SECONDS = 10;

/** The queue of our own. Where it is and who we are, the SDK reads from the environment. */
export class Queue {
  readonly #client = new SQSClient({ requestHandler: { connectionTimeout: 2_000, requestTimeout: (WAIT_SECONDS + 5) * 1_000, throwOnRequestTimeout: true } });
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Up to ten messages, as soon as there is one; none after ten seconds. They come again unless they are deleted in time. */
  async receive(stopping: AbortSignal): Promise<readonly Received[]> {
    const { Messages = [] } = await this.#client.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#url, MaxNumberOfMessages: MOST_AT_ONCE, WaitTimeSeconds: WAIT_SECONDS, MessageSystemAttributeNames: ["ApproximateReceiveCount"],
      }),
      { abortSignal: stopping },
    );
    return Messages.map(({ Body, ReceiptHandle, Attributes }) => ({
      body: Body ?? "", receipt: ReceiptHandle ?? "", times: Number(Attributes?.ApproximateReceiveCount ?? 1),
    }));
  }

  async delete(messages: readonly Received[]): Promise<void> {
    if (messages.length === 0) return;
    const { Failed = [] } = await this.#client.send(
      new DeleteMessageBatchCommand({ QueueUrl: this.#url, Entries: messages.map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt })) }),
    );
    const [first] = Failed;
    if (first) throw new Error(`${Failed.length} of ${messages.length} messages were not deleted: ${first.Message ?? first.Code}`);
  }

  close(): void {
    this.#client.destroy();
  }
}

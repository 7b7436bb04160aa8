import { Readable } from "node:stream";
import type { AwsSettings } from "../../src/aws/run/clients.ts";

/** What AWS answers to an operation, in its documented format; a function sees what was asked. */
export type Answer = object | ((input: Readonly<Record<string, unknown>>) => object);

/** How AWS refuses: the name of its error, and what it says. */
export class Refused {
  readonly name: string;
  readonly message: string;
  constructor(name: string, message = "") {
    this.name = name;
    this.message = message;
  }
}

export interface Asked {
  /** `UpdateService` */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Answering {
  readonly settings: AwsSettings;
  readonly asked: readonly Asked[];
}

interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/**
 * AWS as the SDK's clients meet it on the wire, with these answers: of each operation in turn, the last one again and again.
 * For what no emulator shows; the formats are those of the API references. Operations without an answer fail the test.
 */
export function answering(answers: Readonly<Record<string, Answer | readonly Answer[]>>): Answering {
  const asked: Asked[] = [];
  const turns = new Map<string, number>();
  const handle = async (request: HttpRequest) => {
    const text = typeof request.body === "string" ? request.body : new TextDecoder().decode(request.body as Uint8Array | undefined);
    const form = text.startsWith("Action=");
    const operation = form ? (new URLSearchParams(text).get("Action") ?? "") : (request.headers["x-amz-target"]?.split(".").at(-1) ?? `${request.method} ${request.path}`);
    const input = form ? Object.fromEntries(new URLSearchParams(text)) : (JSON.parse(text === "" ? "{}" : text) as Readonly<Record<string, unknown>>);
    asked.push({ operation, input });
    const known = answers[operation];
    if (known === undefined) throw new Error(`nobody expected ${operation} ${text}`);
    const list: readonly Answer[] = Array.isArray(known) ? (known as readonly Answer[]) : [known];
    const turn = turns.get(operation) ?? 0;
    turns.set(operation, turn + 1);
    const answer = list[Math.min(turn, list.length - 1)] ?? {};
    return respond(typeof answer === "function" ? (answer as (input: object) => object)(input) : answer, operation, form);
  };
  const requestHandler = { handle, metadata: { handlerProtocol: "http/1.1" }, destroy: () => {} } as unknown as NonNullable<AwsSettings["requestHandler"]>;
  const settings: AwsSettings = { region: "ap-northeast-2", credentials: { accessKeyId: "one", secretAccessKey: "two" }, maxAttempts: 3, requestHandler };
  return { settings, asked };
}

/** As JSON, or as XML where the operation was asked for as a form. */
function respond(answer: object, operation: string, form: boolean) {
  const refused = answer instanceof Refused;
  const plain = refused ? { __type: `com.amazonaws#${answer.name}`, message: answer.message } : answer;
  const xml = refused ? `<ErrorResponse><Error><Code>${answer.name}</Code><Message>${answer.message}</Message></Error></ErrorResponse>` : `<${operation}Response><${operation}Result>${xmlOf(plain)}</${operation}Result></${operation}Response>`;
  const body = Readable.from([Buffer.from(form ? xml : JSON.stringify(plain))]);
  return { response: { statusCode: refused ? 400 : 200, headers: { "content-type": form ? "text/xml" : "application/x-amz-json-1.1" }, body } };
}

const xmlOf = (value: unknown): string =>
  Array.isArray(value) ? value.map((item) => `<member>${xmlOf(item)}</member>`).join("")
    : value !== null && typeof value === "object" ? Object.entries(value).map(([name, part]) => `<${name}>${xmlOf(part)}</${name}>`).join("")
      : String(value);

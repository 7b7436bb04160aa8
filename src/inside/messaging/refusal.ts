/** What is answered to a request. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const plain = (status: number, body: string): Answer => ({ status, headers: { "content-type": "text/plain; charset=utf-8" }, body: `${body}\n` });

/** A refusal in the words of the service, so that an SDK throws what it throws on AWS. */
export function refuse(service: "sns" | "sqs", code: string, message: string, status = 403): Answer {
  const fault = status < 500 ? "Sender" : "Receiver";
  if (service === "sns") {
    const error = `<Error><Type>${fault}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
    return { status, headers: { "content-type": "text/xml" }, body: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${error}</ErrorResponse>` };
  }
  return {
    status,
    headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-query-error": `${code};${fault}` },
    body: JSON.stringify({ __type: `com.amazon.coral.service#${code}`, message }),
  };
}

const escapeXml = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** What a request says of who signed it. */
export interface Signature {
  readonly accessKey: string;
  /** `20261122/ap-northeast-2/sns/aws4_request` */
  readonly scope: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** Reads the header of AWS Signature Version 4. Null where there is none, or another kind. */
export function readSignature(authorization: string | undefined): Signature | null {
  const found = /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8}\/([^/,\s]+)\/([^/,\s]+)\/aws4_request), ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/.exec(authorization ?? "");
  const [, accessKey, scope, , service, headers, signature] = found ?? [];
  if (accessKey === undefined || scope === undefined || service === undefined || headers === undefined || signature === undefined) return null;
  return { accessKey, scope, service, signedHeaders: headers.split(";"), signature };
}

/**
 * Whether this secret signed `POST /` with these headers and this body.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isSignedBy(secret: string, { scope, signedHeaders, signature }: Signature, headers: IncomingHttpHeaders, body: Buffer): boolean {
  const time = String(headers["x-amz-date"] ?? "");
  // Unsigned, the host or the time could be somebody else's.
  if (!["host", "x-amz-date"].every((name) => signedHeaders.includes(name)) || time.slice(0, 8) !== scope.slice(0, 8)) return false;
  const canonicalHeaders = signedHeaders.map((name) => `${name}:${String(headers[name] ?? "").trim().replaceAll(/ +/g, " ")}\n`);
  const canonical = ["POST", "/", "", canonicalHeaders.join(""), signedHeaders.join(";"), sha256(body)].join("\n");
  const key = scope.split("/").reduce<string | Buffer>((sofar, piece) => hmac(sofar, piece), `AWS4${secret}`);
  const right = hmac(key, ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n"));
  return timingSafeEqual(right, Buffer.from(signature, "hex"));
}

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");

const hmac = (key: string | Buffer, data: string): Buffer => createHmac("sha256", key).update(data).digest();

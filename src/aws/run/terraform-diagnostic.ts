import type { TerraformOutcome } from "./terraform.ts";

/** What Terraform or its provider says of one problem. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** Of the resource that it is about, where it is about one. */
  readonly address: string | null;
  readonly summary: string;
  readonly detail: string;
  /** What AWS answered, where it was AWS who refused. */
  readonly refusal: Refusal | null;
}

/** An answer of AWS, in its own words. */
export interface Refusal {
  /** `DBInstanceQuotaExceeded` */
  readonly code: string;
  readonly message: string;
  /** `CreateDBInstance` */
  readonly operation: string | null;
}

/** What a run had to say: from lines of JSON where it wrote such, else from its text. */
export function diagnosticsOf({ out, errors }: Pick<TerraformOutcome, "out" | "errors">): readonly Diagnostic[] {
  const told = out.split("\n").flatMap(diagnosticInLine);
  return told.length > 0 ? told : diagnosticsInText(errors);
}

/** https://developer.hashicorp.com/terraform/internals/machine-readable-ui#diagnostic */
function diagnosticInLine(line: string): readonly Diagnostic[] {
  const { diagnostic } = parsedLine(line);
  if (typeof diagnostic !== "object" || diagnostic === null) return [];
  const { severity, summary, detail, address } = diagnostic as Readonly<Record<string, unknown>>;
  return [made(severity === "warning" ? "warning" : "error", textOf(summary), textOf(detail), typeof address === "string" ? address : null)];
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** A line of what `-json` prints, as an object; empty when it is none. */
export function parsedLine(line: string): Readonly<Record<string, unknown>> {
  if (!line.startsWith("{")) return {};
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

/** What is written for people, with or without its frame. Lines are broken at 78 columns, so what was a space may be one. */
function diagnosticsInText(text: string): readonly Diagnostic[] {
  const bare = text.replaceAll(/^[│╷╵] ?/gm, "");
  return bare.split(/^(?=(?:Error|Warning): )/m).flatMap((part) => {
    const [, severity, summary = "", detail = ""] = /^(Error|Warning): ([^\n]*)\n?([\s\S]*)$/.exec(part.trim()) ?? [];
    return severity === undefined ? [] : [made(severity === "Warning" ? "warning" : "error", summary, detail, null)];
  });
}

function made(severity: Diagnostic["severity"], summary: string, detail: string, address: string | null): Diagnostic {
  return { severity, address, summary: summary.trim(), detail: detail.trim(), refusal: refusalIn(`${summary}\n${detail}`) };
}

/**
 * How the provider and the backend quote AWS, both by the SDK for Go: `operation error RDS: CreateDBInstance, https response error
 * StatusCode: 400, RequestID: 1, api error DBInstanceQuotaExceeded: ...`, or the name alone where the SDK knows the error by type.
 */
function refusalIn(text: string): Refusal | null {
  const flat = text.replaceAll(/\s+/g, " ");
  const operation = /operation error [^:]+: (\w+)/.exec(flat)?.[1] ?? null;
  const [, code, message] = /api error ([A-Z]\w+): ?(.*)$/.exec(flat) ?? /RequestID: [^,]*, (?:HostID: [^,]*, )?(?!HostID)([A-Z]\w+): ?(.*)$/.exec(flat) ?? [];
  return code === undefined ? null : { code, message: (message ?? "").trim(), operation };
}

import type { Finding } from "../finding.ts";

/** Every rule that `resolve` knows. */
export const RULES = [
  "wrong-type", "unknown-field", "missing-field", "unknown-name", "duplicate", "empty",
  "bad-name", "reserved-name", "name-taken", "name-too-long",
  "bad-number", "bad-duration", "bad-size", "least-above-most",
  "bad-domain", "unknown-region", "bad-timezone", "bad-account", "bad-branch", "bad-repository", "delivers-nowhere", "bad-hosts-pattern", "not-parts",
  "bad-host", "host-taken", "two-apexes", "apex-unused",
  "bad-path", "unreachable-path", "bad-entrance", "needs-host", "port-taken",
  "bad-directory", "missing-directory", "bad-command",
  "bad-variable", "reserved-variable", "variable-taken",
  "unknown-reference", "unusable-reference", "secret-inside-text",
  "bad-instance", "unsupported-version", "bad-identifier", "needs-network",
  "bad-address", "private-address", "bad-email", "migrates-nothing", "uses-itself", "not-callable", "hosts-too-small", "hosts-unused", "bad-schedule", "not-scheduled",
] as const;

export type Rule = (typeof RULES)[number];

/** Where in the definition something stands, and whom to tell what is wrong with it. Telling returns undefined: the value that is not there. */
export interface Place {
  readonly path: string;
  error(rule: Rule, message: string, fix: string): undefined;
  warning(rule: Rule, message: string, fix: string): undefined;
  field(name: string): Place;
  item(index: number): Place;
}

/** The place of this path; what is told there is added to the findings. */
export function place(path: string, findings: Finding[]): Place {
  const tell = (severity: Finding["severity"]) => (rule: Rule, message: string, fix: string) => {
    findings.push({ rule, severity, path, environments: [], message, fix });
    return undefined;
  };
  return {
    path,
    error: tell("error"),
    warning: tell("warning"),
    field: (name) => place(/^[A-Za-z_][\w-]*$/.test(name) ? `${path}${path && "."}${name}` : `${path}[${JSON.stringify(name)}]`, findings),
    item: (index) => place(`${path}[${index}]`, findings),
  };
}

import { expect, test } from "vitest";
import type { Finding } from "../model/finding.ts";
import { findingsText } from "./findings.ts";

const finding = (path: string, more: Partial<Finding> = {}): Finding => ({ rule: "rule", severity: "error", path, environments: [], message: "something is wrong", fix: "put it right", ...more });

test("findings are told part by part, errors first, with what to do", () => {
  const findings = [
    finding("services.api.port"),
    finding("services.api.migrate", { severity: "warning" }),
    finding("sites.main.host", { message: `${"a long word ".repeat(9)}at the end`, environments: ["dev", "prod"] }),
    finding("services.api.port", { message: "it is also taken" }),
    finding(""),
  ];
  expect(findingsText(findings, "platform.ts")).toBe(`services.api.port
  something is wrong
  fix: put it right
  it is also taken
  fix: put it right

sites.main.host
  a long word a long word a long word a long word a long word a long word a long
  word a long word a long word at the end (in dev, prod)
  fix: put it right

the definition
  something is wrong
  fix: put it right

warning: services.api.migrate
  something is wrong
  fix: put it right

4 errors and 1 warning in platform.ts
`);
});

test("one finding is counted as one", () => {
  expect(findingsText([finding("name")], "platform.ts")).toContain("\n1 error in platform.ts\n");
});

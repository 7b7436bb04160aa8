import { text, quoted, type Reader } from "./read.ts";
import type { Place } from "./place.ts";

/** A directory below that of the definition, `/` between its parts: `./services//api/` → `services/api`. */
export const directory: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined) return undefined;
  const wrong = (why: string) => at.error("bad-directory", `${quoted(written)} ${why}`, 'write it relative to platform.ts, below it: "services/api"');
  if (written.trim() === "") return wrong("names no directory");
  if (written.startsWith("/") || /^[A-Za-z]:/.test(written)) return wrong("is not relative to platform.ts");
  if (/[\\\u0000-\u001f]/.test(written)) return wrong("has a backslash or a control character in it");
  const kept: string[] = [];
  for (const part of written.split("/")) {
    if (part === ".." && kept.pop() === undefined) return wrong("is outside the directory of platform.ts, where it is not part of the project");
    if (part !== "" && part !== "." && part !== "..") kept.push(part);
  }
  return kept.join("/") || ".";
};

/** Joins two that `directory` has read. */
export const within = (outer: string, inner: string): string => (inner === "." ? outer : outer === "." ? inner : `${outer}/${inner}`);

/** Tells where a directory does not exist. */
export function checkExists(path: string | undefined, exists: (path: string) => boolean, at: Place): void {
  if (path !== undefined && !exists(path)) at.error("missing-directory", `there is no directory ${quoted(path)} beside platform.ts`, `make it: mkdir -p ${path}`);
}

/** A shell command. */
export const command: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined || (written.trim() !== "" && !written.includes("\0"))) return written;
  return at.error("bad-command", `${quoted(written)} is no command`, "write what you would type in a shell, or leave the field out");
};

/** The path of a request: `/api/health-check`. */
export const urlPath: Reader<string> = (value, at) => {
  const written = text(value, at);
  const wrong = written === undefined ? undefined : pathProblem(written);
  return wrong === undefined ? written : at.error("bad-path", `${quoted(written ?? "")} ${wrong}`, 'write a path such as "/api/health-check"');
};

/** A pattern of paths, compared in lower case; `*` stands for any text. */
export const patternOf: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined) return undefined;
  const problem = pathProblem(written);
  if (problem !== undefined) return at.error("bad-path", `the pattern ${quoted(written)} ${problem}`, 'write a pattern such as "/internal/*"');
  if (written === written.toLowerCase()) return written;
  return at.error("bad-path", `the pattern ${quoted(written)} has capitals in it, but paths are compared in lower case`, `write "${written.toLowerCase()}"`);
};

/** What keeps this text from being the path of a request as both targets see it: decoded, without dot segments. */
export function pathProblem(path: string): string | undefined {
  if (!path.startsWith("/")) return "does not begin with /";
  if (/[?#]/.test(path)) return "has ? or # in it, which end a path";
  if (/[%;\\]/.test(path)) return "has %, ; or \\ in it: requests with such paths are refused before any rule looks at them";
  if (path.includes("//") || path.split("/").some((segment) => segment === "." || segment === "..")) {
    return "has //, /./ or /../ in it: requests with such paths are refused before any rule looks at them";
  }
  if (!/^[A-Za-z0-9_.$/~"'@:+&*-]*$/.test(path)) return "has characters in it that a load balancer does not take in a path";
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html#path-conditions
  return path.length > 128 ? "has more than 128 characters, the most a load balancer takes" : undefined;
}

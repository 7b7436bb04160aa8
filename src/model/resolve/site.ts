import type { SiteDefinition } from "../../definition/site.ts";
import type { Site } from "../site.ts";
import { existing } from "./existing.ts";
import { hostIn, hostLabel } from "./host.ts";
import { checkFullName } from "./name.ts";
import { checkExists, command, directory, within } from "./path.ts";
import type { Place } from "./place.ts";
import { complete, flag, optional, readFields, required, type Fields } from "./read.ts";
import { formerName } from "./renamed.ts";
import type { Scope } from "./scope.ts";
import { variables } from "./variable.ts";

export function resolveSite(name: string, written: unknown, scope: Scope, at: Place): Site | undefined {
  const read = readFields(siteFields(name, scope), "a site", written, at);
  if (!read) return undefined;
  if (scope.platform !== undefined) checkFullName("site", scope.platform, scope.environment, name, at);
  checkExists(read.directory, scope.exists, at.field("directory"));
  if (read.build === null && read.output !== undefined && read.output !== "." && read.directory !== undefined && scope.exists(read.directory)) {
    checkExists(within(read.directory, read.output), scope.exists, at.field("output"));
  }
  if (read.apex && !scope.plainHosts) {
    at.field("apex").warning("apex-unused", "no environment has the bare domain", 'write hosts: "{host}" in the environment that is to have it');
  }
  const host = read.host === undefined ? undefined : hostIn(scope.hosts, read.host, at.field("host"));
  const whole = complete(read);
  if (!whole || host === undefined) return undefined;
  const { renamedFrom, ...others } = whole;
  // The bare domain can be had once, by the environment whose host names are plain.
  return { name, deployedAs: renamedFrom ?? name, ...others, host, apex: whole.apex && scope.hosts === "{host}" };
}

const siteFields = (name: string, scope: Scope) => ({
  host: required(hostLabel, '"www"'),
  apex: optional(flag, false),
  directory: required(directory, '"sites/main"'),
  build: optional(command, null),
  output: optional(directory, "."),
  singlePage: optional(flag, false),
  existing: optional(existing("bucket"), null),
  renamedFrom: optional(formerName("site"), null),
  environment: variables({ kind: "site", name, uses: [], consumes: [] }, scope),
}) satisfies Fields<SiteDefinition>;

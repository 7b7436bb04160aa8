import type { Environment } from "./model.ts";
import { heapVariable } from "./heap.ts";
import type { Service, Variable } from "./service.ts";
import { DATABASE_FIELDS } from "./text.ts";

/** `my-sql` → `MY_SQL`: a part's name as the beginning of variables. */
export const variablePrefix = (part: string): string => part.toUpperCase().replaceAll("-", "_");

/**
 * The variables that a service gets from its links and from its own definition, in a fixed order; the definition's
 * replace those of the links. `HOST`, `PORT`, `METRICS_PORT`, `RELEASE` and the values of secrets are each target's to add.
 */
export function wiring(service: Service, environment: Environment): readonly Variable[] {
  const variables = new Map<string, Variable>();
  const add = (name: string, value: Variable["value"]) => variables.set(name, { name, value });
  add("PLATFORM_ENVIRONMENT", [environment.name]);
  const heap = heapVariable(service);
  if (heap) add(heap.name, heap.value);
  for (const part of service.uses) {
    const database = environment.databases.find(({ name }) => name === part);
    for (const field of database ? DATABASE_FIELDS[database.engine] : []) add(`${variablePrefix(part)}_${field.toUpperCase()}`, [{ part, field }]);
  }
  for (const part of service.publishes) add(`${variablePrefix(part)}_TOPIC_ARN`, [{ part, field: "arn" }]);
  for (const part of service.consumes) add(`${variablePrefix(part)}_QUEUE_URL`, [{ part, field: "queue" }]);
  for (const part of service.calls) add(`${variablePrefix(part)}_URL`, [{ part, field: "url" }]);
  if (service.calledBySites.length > 0) {
    add("ALLOWED_ORIGINS", service.calledBySites.flatMap((part, index) => [...(index > 0 ? [","] : []), { part, field: "url" as const }]));
  }
  for (const { name, value } of service.environment) add(name, value);
  return [...variables.values()];
}

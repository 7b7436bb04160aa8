import { asBody, asList, type Body } from "../../../src/aws/read/configuration.ts";
import type { Mutant, Mutator } from "./mutant.ts";

/** What a task's first container is given and may do. */
export const container: Mutator = ({ address, body }, all) => {
  const [first, ...rest] = asList(JSON.parse(String(body["container_definitions"]))).map(asBody);
  if (!first) return [];
  const secrets = asList(first["secrets"]).map(asBody);
  const foreign = all.find(({ type, address: other }) => type === "aws_secretsmanager_secret" && !String(body["container_definitions"]).includes(other));
  const log = asBody(first["logConfiguration"]);
  const changes: readonly (readonly [string, Body])[] = [
    ...secrets.map((secret, index) => [`secret ${String(secret["name"])} gone`, { ...first, secrets: secrets.filter((_each, place) => place !== index) }] as const),
    ...secrets.map((secret, index) => [`secret ${String(secret["name"])} in its environment`, { ...first, secrets: secrets.filter((_each, place) => place !== index), environment: [...asList(first["environment"]), { name: secret["name"], value: String(secret["name"]).endsWith("_URL") ? "mysql://api:hunter2@somewhere/data" : "hunter2" }] }] as const),
    ...(foreign ? [["another secret is given to it", { ...first, secrets: [...secrets, { name: "OTHER", valueFrom: `\${${foreign.address}.arn}` }] }] as const] : []),
    ["is privileged", { ...first, privileged: true }],
    ["may administrate the network", { ...first, linuxParameters: { capabilities: { add: ["NET_ADMIN"] } } }],
    ["has no log", { ...first, logConfiguration: undefined }],
    ["may be held up by its log", { ...first, logConfiguration: { ...log, options: { ...asBody(log["options"]), mode: "blocking" } } }],
    ["has no limit of memory", { ...first, memory: undefined }],
  ];
  return changes.map(([what, changed]): Mutant => ({ at: address, what, body: { ...body, container_definitions: JSON.stringify([changed, ...rest]) } }));
};

import { Failure } from "../../kit/failure.ts";
import { serviceSecret } from "../../local/render/address.ts";
import { placeOf } from "../../local/render/place.ts";
import { secretStore } from "../../local/run/secret-store.ts";
import type { Invocation } from "../invocation.ts";
import { locate, type Located } from "../locate.ts";
import { requireOwnFiles } from "../reach.ts";
import { readSecret, requireSecret } from "../secret-input.ts";
import { table } from "../table.ts";

/** Sets, lists and deletes the secret values of services on this machine. No value is ever printed. */
export async function secret(invocation: Invocation): Promise<number> {
  if (invocation.values["target"] === "aws") return (await import("./secret-aws.ts")).secretOnAws(invocation);
  const [act, ...words] = invocation.words;
  const located = await locate(invocation);
  await requireOwnFiles(located.definition, located.state);
  if (act === "list") return list(invocation, located);
  if (act !== "set" && act !== "unset") throw new Failure("usage", `secret knows set, list and unset, not "${act ?? ""}"`, { hint: "./dailyge secret set SERVICE NAME" });
  const [serviceName, name, ...more] = words;
  if (serviceName === undefined || name === undefined) throw new Failure("usage", `secret ${act} needs a service and a name`, { hint: `./dailyge secret ${act} SERVICE NAME` });
  if (more.length > 0) throw new Failure("usage", "secret set takes no value on the command line: others could read it there", { hint: `./dailyge secret set ${serviceName} ${name} < FILE` });
  const path = declared(located, serviceName, name);
  const store = secretStore(placeOf(located.state).secrets);
  if (act === "unset") {
    const was = await store.unset(path);
    invocation.tell(was ? `${name} of ${serviceName} is unset\n` : `${name} of ${serviceName} had no value\n`);
    return 0;
  }
  const value = await readSecret(serviceName, name);
  await store.set(path, value);
  invocation.tell(`${name} of ${serviceName} is set; a running service gets it with the next: ./dailyge up\n`);
  return 0;
}

/** Its place in the store. Only what the definition names can be set. */
function declared({ environment }: Located, serviceName: string, name: string): string {
  requireSecret(environment, serviceName, name);
  return serviceSecret(serviceName, name);
}

async function list(invocation: Invocation, { environment, state }: Located): Promise<number> {
  const store = secretStore(placeOf(state).secrets);
  const rows: { service: string; name: string; state: "set" | "missing" | "generated at the first up" }[] = [];
  for (const service of environment.services) {
    for (const { name, generated } of service.secrets) {
      const there = (await store.get(serviceSecret(service.name, name))) !== null;
      rows.push({ service: service.name, name, state: there ? "set" : generated ? "generated at the first up" : "missing" });
    }
  }
  if (invocation.flags.has("json")) invocation.print(`${JSON.stringify(rows, null, 2)}\n`);
  else invocation.print(table(["SERVICE", "NAME", "STATE"], rows.map((row) => [row.service, row.name, row.state])));
  return 0;
}

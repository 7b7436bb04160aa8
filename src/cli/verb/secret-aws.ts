import { place as placeOf } from "../../aws/render/place.ts";
import { isSecretSet, setSecret } from "../../aws/run/secrets.ts";
import { Failure } from "../../kit/failure.ts";
import { awsCommand, onAws } from "../aws.ts";
import { confirm } from "../confirm.ts";
import type { Invocation } from "../invocation.ts";
import { readSecret, requireSecret } from "../secret-input.ts";
import { table } from "../table.ts";

/** Sets and lists the secret values of services on AWS. No value is ever printed, nor on a command line. */
export async function secretOnAws(invocation: Invocation): Promise<number> {
  const [act, service, name, ...more] = invocation.words;
  if (act !== "list" && act !== "set") throw new Failure("usage", `secret knows set and list on AWS, not "${act ?? ""}"`, { hint: "./dailyge secret set SERVICE NAME --target aws" });
  if (act === "set" && (service === undefined || name === undefined || more.length > 0)) throw new Failure("usage", "secret set needs a service and a name, and reads the value from stdin", { hint: "./dailyge secret set SERVICE NAME --target aws < FILE" });
  return onAws(invocation, "the secrets cannot be reached", async ({ model: { shared }, environment, settings }) => {
    const where = { settings, place: placeOf(shared, environment) };
    if (act === "set" && service !== undefined && name !== undefined) {
      if (environment.guarded) await confirm(invocation, { directory: environment.name, guarded: environment.name, unasked: `${awsCommand(invocation, environment.name)} --confirm ${environment.name}`, signal: new AbortController().signal });
      await setSecret(where, service, name, await readSecret(service, name));
      invocation.tell(`${name} of ${service} is set in ${environment.name}; replicas get it when they start: ./dailyge deploy ${service} --restart --target aws --environment ${environment.name}\n`);
      return 0;
    }
    const declared = environment.services.flatMap(({ name: of, secrets }) => secrets.map((secret) => ({ service: of, name: secret.name })));
    const rows = await Promise.all(declared.map(async (one) => ({ ...one, state: (await isSecretSet(where, one.service, one.name)) ? "set" : "missing" })));
    if (invocation.flags.has("json")) invocation.print(`${JSON.stringify(rows, null, 2)}\n`);
    else invocation.print(table(["SERVICE", "NAME", "STATE"], rows.map((row) => [row.service, row.name, row.state])));
    return 0;
  }, ({ environment }) => {
    if (act === "set" && service !== undefined && name !== undefined) requireSecret(environment, service, name);
  });
}

import { text as readAll } from "node:stream/consumers";
import { Failure } from "../kit/failure.ts";
import { suggest } from "../kit/suggest.ts";
import type { Environment } from "../model/model.ts";
import type { Secret, Service } from "../model/service.ts";
import { readHidden } from "./prompt.ts";

/** The value of a secret, from a prompt that does not show it or from stdin. @throws Failure `usage` for an empty one */
export async function readSecret(service: string, name: string): Promise<string> {
  const given = process.stdin.isTTY === true ? await readHidden(`${name}: `) : await readAll(process.stdin);
  const value = given.replace(/\r?\n$/, "");
  if (value !== "") return value;
  throw new Failure("usage", `${name} was not set: the value is empty`, { hint: `./dailyge secret set ${service} ${name}` });
}

/** Only what the definition names can be set. @throws Failure `unknown-name` with what was meant */
export function requireSecret({ services }: Environment, serviceName: string, name: string): void {
  const service = find(services, serviceName, "service");
  find(service.secrets, name, `secret of ${serviceName}`);
}

function find<Named extends Service | Secret>(among: readonly Named[], name: string, what: string): Named {
  const found = among.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = among.map((one) => one.name);
  const meant = suggest(name, names);
  throw new Failure("unknown-name", `there is no ${what} called ${name}${meant === undefined ? "" : `: did you mean ${meant}?`}`, { hint: `the definition has: ${names.join(", ") || "none"}` });
}

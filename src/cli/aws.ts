import { mayHaveCredentials } from "../aws/run/account-credentials.ts";
import { identify, requireAccount, type Identity } from "../aws/run/account.ts";
import { asFailure, awsSettings, registrySettings, type AwsSettings } from "../aws/run/clients.ts";
import { Failure } from "../kit/failure.ts";
import { suggest } from "../kit/suggest.ts";
import type { Service } from "../model/service.ts";
import type { Site } from "../model/site.ts";
import type { Invocation } from "./invocation.ts";
import { locate, type Located } from "./locate.ts";

/** An environment on AWS, and who we are there. */
export interface OnAws extends Located {
  readonly settings: AwsSettings;
  /** Of the account of the images. */
  readonly registry: AwsSettings;
  readonly identity: Identity;
}

/** The command line as it would be typed again. */
export function awsCommand({ verb, words, rest, values, flags }: Pick<Invocation, "verb" | "words" | "rest" | "values" | "flags">, environment: string): string {
  const named = ["platform", "from", "image"].flatMap((name) => (values[name] === undefined ? [] : [`--${name} ${values[name]}`]));
  const restart = flags.has("restart") ? ["--restart"] : [];
  const after = rest.length === 0 ? [] : ["--", ...rest];
  return ["./dailyge", verb, ...words, "--target aws", `--environment ${environment}`, ...named, ...restart, ...after].join(" ");
}

/**
 * Does something in an environment on AWS, with credentials that are its account's. What AWS refuses is told in our words. What is
 * wrong on the command line is for `examine` to refuse, before anybody has to have credentials.
 * @throws Failure `account-wrong`, `credentials-missing`, and those of what is done
 */
export async function onAws<Result>(
  invocation: Invocation, failed: string, act: (aws: OnAws) => Promise<Result>, examine?: (located: Located) => unknown,
): Promise<Result> {
  const located = await locate(invocation);
  examine?.(located);
  const { model: { shared }, environment } = located;
  const again = awsCommand(invocation, environment.name);
  // Looking for an instance's credentials where there is no instance takes seconds.
  if (!mayHaveCredentials(process.env)) throw new Failure("credentials-missing", `${failed}: there are no AWS credentials`, { hint: `AWS_PROFILE=NAME ${again}` });
  const settings = awsSettings(shared.region, process.env);
  const identity = await identify(settings, { failed, again });
  requireAccount(identity, environment.account, environment.name, again);
  try {
    return await act({ ...located, settings, registry: registrySettings(settings, shared, environment), identity });
  } catch (error) {
    throw asFailure(error, { failed, again });
  }
}

/** The service or site of a name. @throws Failure `unknown-name` with what was meant */
export function partNamed({ environment }: Located, name: string): { readonly service: Service } | { readonly site: Site } {
  const service = environment.services.find((one) => one.name === name);
  if (service !== undefined) return { service };
  const site = environment.sites.find((one) => one.name === name);
  if (site !== undefined) return { site };
  const names = [...environment.services, ...environment.sites].map((one) => one.name);
  const meant = suggest(name, names);
  throw new Failure("unknown-name", `there is no service or site ${name} in ${environment.name}${meant === undefined ? "" : `: did you mean ${meant}?`}`, { hint: `there are: ${names.join(", ") || "none"}` });
}

/** A service by its name. @throws Failure `unknown-name`, or `usage` for a site */
export function serviceNamed(located: Located, name: string, what: string): Service {
  const part = partNamed(located, name);
  if ("service" in part) return part.service;
  throw new Failure("usage", `${name} is a site, and ${what}`, { hint: `services: ${located.environment.services.map((one) => one.name).join(", ")}` });
}

/** `admin/ana` of `arn:aws:sts::111122223333:assumed-role/admin/ana`. */
export const whoIs = ({ arn }: Identity): string => arn.split(":").at(-1)?.replace(/^(assumed-role|user)\//, "") ?? arn;

import { ListSecretVersionIdsCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Failure } from "../../kit/failure.ts";
import type { Service } from "../../model/service.ts";
import { secretName } from "../render/deployed-names.ts";
import type { Place } from "../render/place.ts";
import { isNamed, type AwsSettings } from "./clients.ts";
import { notThere } from "./deploy-ground.ts";

export interface SecretPlace {
  readonly settings: AwsSettings;
  readonly place: Place;
}

/** Gives a service's secret another value; replicas get it when they start. @throws Failure `not-running` where Terraform has not made it yet */
export async function setSecret({ settings, place }: SecretPlace, service: string, name: string, value: string): Promise<void> {
  try {
    await new SecretsManagerClient(settings).send(new PutSecretValueCommand({ SecretId: secretName(place, service, name), SecretString: value }));
  } catch (error) {
    if (isNamed(error, "ResourceNotFoundException")) throw notThere(`${name} of ${service}`, place.environment.name);
    throw error;
  }
}

/** Whether a secret has a value; nobody reads it for that. */
export async function isSecretSet({ settings, place }: SecretPlace, service: string, name: string): Promise<boolean> {
  try {
    const { Versions = [] } = await new SecretsManagerClient(settings).send(new ListSecretVersionIdsCommand({ SecretId: secretName(place, service, name) }));
    return Versions.some(({ VersionStages = [] }) => VersionStages.includes("AWSCURRENT"));
  } catch (error) {
    if (isNamed(error, "ResourceNotFoundException")) return false;
    throw error;
  }
}

/**
 * Refuses a release whose replicas ECS could not start, before anything is built. Who may not look is not held up.
 * @throws Failure `secret-missing` with what sets it
 */
export async function requireSecrets(where: SecretPlace, { name, secrets }: Service): Promise<void> {
  for (const secret of secrets) {
    const there = await isSecretSet(where, name, secret.name).catch((error: unknown) => {
      if (isNamed(error, "AccessDeniedException")) return true;
      throw error;
    });
    if (there) continue;
    throw new Failure("secret-missing", `${name} cannot be released: its secret ${secret.name} has no value`, { hint: `./dailyge secret set ${name} ${secret.name} --target aws --environment ${where.place.environment.name}` });
  }
}

import { GetParameterCommand, GetParameterHistoryCommand, PutParameterCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { releaseParameter } from "../render/deployed-names.ts";
import type { Place } from "../render/place.ts";
import { UNRELEASED } from "../render/task-definition.ts";
import { isNamed } from "./clients.ts";
import { notThere } from "./deploy-ground.ts";

/** What is kept of a service's releases: the image that runs, as Terraform reads it, and what ran before. */
export interface ServedImage {
  /** `111122223333.dkr.ecr.ap-northeast-2.amazonaws.com/dailyge/api@sha256:...` */
  readonly image: string;
  /** ISO 8601. */
  readonly since: string;
  /** ARN of who released it. */
  readonly by: string | null;
}

interface Where {
  readonly ssm: SSMClient;
  readonly place: Place;
  readonly service: { readonly name: string };
}

/** The image that was released last; null before the first. @throws Failure `not-running` where Terraform has made no such parameter */
export async function releasedImage({ ssm, place, service }: Where): Promise<string | null> {
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: releaseParameter(place, service.name) }));
    return Parameter?.Value === undefined || Parameter.Value === UNRELEASED ? null : Parameter.Value;
  } catch (error) {
    if (isNamed(error, "ParameterNotFound")) throw notThere(service.name, place.environment.name);
    throw error;
  }
}

/** Writes down what runs now, where that is not what is written; an apply that follows then changes nothing. */
export async function recordRelease(where: Where, image: string): Promise<void> {
  if ((await releasedImage(where)) === image) return;
  await where.ssm.send(new PutParameterCommand({ Name: releaseParameter(where.place, where.service.name), Value: image, Type: "String", Overwrite: true }));
}

/** What ran, newest first; AWS keeps the last hundred. */
export async function servedImages({ ssm, place, service }: Where): Promise<readonly ServedImage[]> {
  const served: ServedImage[] = [];
  let next: string | undefined;
  try {
    do {
      const { Parameters = [], NextToken } = await ssm.send(new GetParameterHistoryCommand({ Name: releaseParameter(place, service.name), ...(next !== undefined && { NextToken: next }) }));
      for (const { Value, LastModifiedDate, LastModifiedUser } of Parameters) {
        if (Value === undefined || Value === UNRELEASED) continue;
        served.push({ image: Value, since: LastModifiedDate?.toISOString() ?? "", by: LastModifiedUser ?? null });
      }
      next = NextToken;
    } while (next !== undefined);
  } catch (error) {
    if (isNamed(error, "ParameterNotFound")) throw notThere(service.name, place.environment.name);
    throw error;
  }
  return served.toReversed();
}

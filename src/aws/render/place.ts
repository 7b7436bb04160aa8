import type { Environment, Shared } from "../../model/model.ts";
import { data, type Data } from "../terraform.ts";
import { asDeployed } from "./renamed.ts";

/** Where things are rendered: what every noun of an environment needs to know. */
export interface Place {
  readonly shared: Shared;
  /** As it is on AWS: parts that the definition renamed have the names that they had. */
  readonly environment: Environment;
  /** The same as the definition has it. */
  readonly defined: Environment;
  /** `dailyge-prod`, the beginning of names. */
  readonly prefix: string;
  /** `/dailyge/prod`, the beginning of names that are paths. */
  readonly path: string;
  readonly account: Data<"aws_caller_identity">;
  readonly zone: Data<"aws_route53_zone">;
}

/** Certificates of CloudFront live here, whatever the platform's own region. */
export const CLOUDFRONT_REGION = "us-east-1";

/** The provider configuration of the account that holds what environments share. */
export const SHARED_PROVIDER = "aws.shared";

export function place(shared: Shared, environment: Environment): Place {
  return {
    shared,
    environment: asDeployed(environment),
    defined: environment,
    prefix: `${shared.name}-${environment.name}`,
    path: `/${shared.name}/${environment.name}`,
    account: data("aws_caller_identity", "current", {}),
    zone: data("aws_route53_zone", "zone", { name: shared.domain }, { provider: SHARED_PROVIDER }),
  };
}

/** `www-dev` → `www-dev.dailyge.com` */
export const fullHost = ({ shared }: Place, host: string): string => `${host}.${shared.domain}`;

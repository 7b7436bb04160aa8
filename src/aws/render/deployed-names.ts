import { physicalName } from "./names.ts";
import type { Place } from "./place.ts";

/** Names by which a deployment finds what Terraform made. A place is `place(shared, environment)`. */
type Named = Pick<Place, "prefix" | "path">;

/** The ECS cluster; the group of an environment's schedules has the same name. */
export const clusterName = ({ prefix }: Named): string => prefix;

/** A group of hosts: its capacity provider, and what that is made of. */
export const hostsName = ({ prefix }: Named, group: string): string => `${prefix}-hosts-${group}`;

/** The SSM parameter that holds the image that runs, by digest. */
export const releaseParameter = ({ path }: Named, service: string): string => `${path}/services/${service}/release`;

/** The same of a site: which of its releases is served. Terraform does not read it, so a deployment makes it. */
export const siteReleaseParameter = ({ path }: Named, site: string): string => `${path}/sites/${site}/release`;

/** The parameter beside it that is there while somebody releases. */
export const turnParameter = ({ path }: Named, kind: "services" | "sites", name: string): string => `${path}/${kind}/${name}/releasing`;

/** The log group of a service and of all that runs once for it, below the environment's path. */
export const serviceLogs = (service: string): string => `services/${service}`;

/** The family of a service's task definitions. */
export const taskFamily = ({ prefix }: Named, service: string): string => `${prefix}-${service}`;

/** Stands for the service where it is about its migration: in the family of its task definitions, and before its log streams. */
export const migrationOf = (service: string): string => `${service}-migrate`;

/** A schedule, in its group. */
export const scheduleName = (service: string): string => physicalName("schedule", service);

/** The secret of a service in Secrets Manager. */
export const secretName = ({ path }: Named, service: string, secret: string): string => `${path}/services/${service}/${secret}`;

/** The queue of a topic's consumer, and the one for what it could not handle. */
export const queueName = ({ prefix }: Named, topic: string, consumer: string, kind: "waiting" | "dead"): string =>
  physicalName("queue", prefix, `${topic}_${consumer}${kind === "dead" ? "_dead" : ""}`);

/** What comes before the account's number in the name of a site's bucket. */
export const siteBucketStem = ({ prefix }: Named, site: string): string => physicalName("bucket", prefix, site).slice(0, 50);

import type { Place } from "./place.ts";
import { quoted } from "./read.ts";

/** Names that every part leaves to the platform: in a command or a listing they would be taken for something else. */
const NO_PART = ["all", "world", "edge", "messaging", "controller", "notifier", "public", "nobody", "platform"];

/** Names that are taken, by what would be called so. */
const RESERVED = {
  platform: ["localhost"],
  environment: ["all", "shared", "local", "aws", "terraform", "bootstrap"],
  team: ["all", "public", "nobody", "world", "team"],
  site: [...NO_PART, "access-logs"],
  // A service is a user of its databases by its own name; these users are there already, in MySQL, RDS or Redis.
  service: [...NO_PART, "root", "mysql", "mariadb", "rdsadmin", "rdsrepladmin", "default"],
  // `metrics` would set METRICS_PORT of its users, which says where to show metrics; in the schema `dailyge_access` we keep who may use it.
  database: [...NO_PART, "metrics", "dailyge-access"],
  topic: [...NO_PART, "metrics"],
  "rate limit": [],
  "group of hosts": [],
} as const;

/**
 * What AWS keeps for itself at the beginning of names, and what of ours would be called so. All of our names begin with the platform's.
 * Parameters: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
 * Capacity providers: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCapacityProvider.html
 * Load balancers: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
 * Security groups: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
 * Buckets: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
const OF_AWS = [
  { begins: /^aws/, with: "aws", whose: "a parameter" },
  { begins: /^ssm/, with: "ssm", whose: "a parameter" },
  { begins: /^ecs/, with: "ecs", whose: "a capacity provider" },
  { begins: /^fargate/, with: "fargate", whose: "a capacity provider" },
  { begins: /^internal(-|$)/, with: "internal-", whose: "a load balancer" },
  { begins: /^sg(-|$)/, with: "sg-", whose: "a security group" },
  { begins: /^sthree(-|$)/, with: "sthree-", whose: "a bucket" },
] as const;

/**
 * The longest names AWS takes, for the names that we make of platform, environment and part.
 * Target group 32: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
 * Database 63: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
 * Bucket 63, of which an account's twelve digits and a hyphen are ours: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
const LONGEST = {
  service: { length: 32, whose: "a load balancer's target group" },
  database: { length: 63, whose: "a database" },
  site: { length: 50, whose: "a bucket" },
} as const;

/** A load balancer's name is PLATFORM-ENVIRONMENT, of at most 32 characters: with 20 and 11 it always is. */
const LONGEST_ALONE = { platform: 20, environment: 11, team: 32, site: 32, service: 32, database: 32, topic: 32, "rate limit": 32, "group of hosts": 32 } as const;

/** Whether this can be a name; what it is not allowed to be, the place is told. */
export function isName(kind: keyof typeof RESERVED, name: string, at: Place): boolean {
  const longest = LONGEST_ALONE[kind];
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    const meant = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^[-\d]+|-+$/g, "");
    const fix = meant === "" ? 'write a name such as "api"' : `did you mean "${meant}"?`;
    at.error("bad-name", `${quoted(name)} cannot name a ${kind}: only lower-case letters, digits and single hyphens, beginning with a letter`, fix);
    return false;
  }
  if (name.length > longest) {
    at.error("name-too-long", `"${name}" has ${name.length} characters; a ${kind}'s name has at most ${longest}, for it is a piece of longer names`, "choose a shorter one");
    return false;
  }
  if ((RESERVED[kind] as readonly string[]).includes(name)) {
    at.error("reserved-name", `"${name}" is taken: it means something else to the platform or to what it is made of`, `choose another; taken are ${RESERVED[kind].join(", ")}`);
    return false;
  }
  const kept = kind === "platform" ? OF_AWS.find(({ begins }) => begins.test(name)) : undefined;
  if (kept) {
    at.error("reserved-name", `"${name}" cannot name a platform: every name on AWS begins with it, and that of ${kept.whose} may not begin with ${kept.with}`, "choose another");
    return false;
  }
  return true;
}

/** Tells where PLATFORM-ENVIRONMENT-PART is longer than AWS takes. */
export function checkFullName(kind: keyof typeof LONGEST, platform: string, environment: string, part: string, at: Place): void {
  const { length, whose } = LONGEST[kind];
  const full = `${platform}-${environment}-${part}`;
  if (full.length > length) {
    at.error("name-too-long", `its name on AWS, ${full}, has ${full.length} characters, but ${whose} at most ${length}`, `shorten it by ${full.length - length}`);
  }
}

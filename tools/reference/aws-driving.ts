/** What a command does in AWS, and what has shown that it does: docs/aws.md tells it. */
export interface Driven {
  readonly command: string;
  readonly does: string;
  /** An emulator that others wrote; or answers in the format of AWS's API references, where no emulator shows it. Nobody has tried it against AWS itself. */
  readonly judgedBy: readonly ("MiniStack" | "moto" | "documented answers" | "table of command lines" | "a real server")[];
  readonly test: string;
}

export const DRIVEN: readonly Driven[] = [
  { command: "deploy SERVICE", does: "first and later releases, the same again, a scheduled service, what an apply changed in between", judgedBy: ["MiniStack"], test: "test/live/aws-deploy.test.ts" },
  { command: "deploy SERVICE", does: "replicas that end, fail their health check, cannot pull their image or find no room; ECS's way back, by its circuit breaker or an alarm; a first release that fails", judgedBy: ["documented answers"], test: "test/aws/deploy.test.ts" },
  { command: "deploy SERVICE", does: "a migration that fails, or never starts", judgedBy: ["documented answers"], test: "test/aws/deploy.test.ts" },
  { command: "deploy SERVICE", does: "Ctrl-C during the migration", judgedBy: ["MiniStack"], test: "test/live/aws-deploy.test.ts" },
  { command: "deploy SERVICE", does: "Ctrl-C, expired credentials and throttling during the rollout; one that was killed is taken up", judgedBy: ["documented answers"], test: "test/aws/deploy.test.ts" },
  { command: "deploy SERVICE", does: "one release of a service at a time", judgedBy: ["MiniStack", "documented answers"], test: "test/aws/deploy-lock.test.ts" },
  { command: "deploy SERVICE", does: "building and pushing with docker buildx, docker, podman and buildah: their command lines, and for real with whichever is there", judgedBy: ["table of command lines", "MiniStack"], test: "test/live/aws-image.test.ts" },
  { command: "deploy SITE", does: "files, their types and how long they are kept, old assets for one more release, invalidation", judgedBy: ["MiniStack", "moto"], test: "test/live/aws-site.test.ts" },
  { command: "rollback SITE", does: "every file as it was in the release before, and back again", judgedBy: ["MiniStack", "moto"], test: "test/live/aws-site.test.ts" },
  { command: "status", does: "databases as RDS and EC2 see them, queues, sites, alarms", judgedBy: ["moto"], test: "test/live/aws-status.test.ts" },
  { command: "status", does: "replicas that are ill, start or end, and what ECS has given up", judgedBy: ["documented answers"], test: "test/aws/status.test.ts" },
  { command: "rollback, releases, status", does: "the release before, without a migration; what serves and served; every replica with its release", judgedBy: ["MiniStack"], test: "test/live/aws-deploy.test.ts" },
  { command: "logs", does: "the last lines, and following", judgedBy: ["MiniStack", "documented answers"], test: "test/aws/logs.test.ts" },
  { command: "run SERVICE", does: "a scheduled service by hand, with what it wrote and its exit code", judgedBy: ["MiniStack"], test: "test/live/aws-deploy.test.ts" },
  { command: "exec SERVICE", does: "the session that ECS begins, and how its plugin is started; not the plugin itself", judgedBy: ["documented answers"], test: "test/aws/exec.test.ts" },
  { command: "apply", does: "the SQL that makes, changes and removes users of RDS, over TLS; what no log shows", judgedBy: ["a real server"], test: "test/live/database-users.test.ts" },
  { command: "apply", does: "the task that runs it: once for each revision, again after it failed; not that it runs on RDS", judgedBy: ["MiniStack", "documented answers"], test: "test/live/database-users-run.test.ts" },
  { command: "restore DATABASE", does: "a new instance of RDS, set as the present one, from any time or a snapshot; not that data come back, nor the switch", judgedBy: ["moto", "documented answers"], test: "test/live/database-restore.test.ts" },
  { command: "restore DATABASE", does: "a new volume of EBS from a snapshot; not that data come back, nor the switch", judgedBy: ["moto"], test: "test/live/database-restore.test.ts" },
  { command: "snapshots", does: "what databases can be restored from", judgedBy: ["moto"], test: "test/live/database-restore.test.ts" },
  { command: "secret", does: "set and list; a release without its secrets is refused", judgedBy: ["moto"], test: "test/live/aws-secret.test.ts" },
  { command: "all of them", does: "credentials that are missing or another account's, AWS out of reach", judgedBy: ["MiniStack"], test: "test/live/aws-deploy.test.ts" },
];

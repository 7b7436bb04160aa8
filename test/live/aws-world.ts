import { createHash } from "node:crypto";
import { CreateDistributionCommand, CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { CloudWatchLogsClient, CreateLogGroupCommand, CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import { CreateClusterCommand, CreateServiceCommand, DescribeTasksCommand, ECSClient, ListTasksCommand, RegisterTaskDefinitionCommand, StopTaskCommand } from "@aws-sdk/client-ecs";
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateScheduleCommand, CreateScheduleGroupCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { UNRELEASED } from "../../src/aws/render/task-definition.ts";
import type { RunningEmulator } from "./emulator.ts";

/** What Terraform makes of a small platform before its first release, made here by hand: `probe` in `dev`, with `api`, `nightly` and `main`. */
export class World {
  readonly emulator: RunningEmulator;
  readonly ecs: ECSClient;
  readonly ssm: SSMClient;
  readonly ecr: ECRClient;
  readonly s3: S3Client;
  readonly logs: CloudWatchLogsClient;
  readonly cloudfront: CloudFrontClient;
  readonly scheduler: SchedulerClient;
  readonly secrets: SecretsManagerClient;
  readonly bucket: string;

  constructor(emulator: RunningEmulator) {
    this.emulator = emulator;
    const { client } = emulator;
    this.ecs = new ECSClient(client);
    this.ssm = new SSMClient(client);
    this.ecr = new ECRClient(client);
    this.s3 = new S3Client(client);
    this.logs = new CloudWatchLogsClient(client);
    this.cloudfront = new CloudFrontClient(client);
    this.scheduler = new SchedulerClient(client);
    this.secrets = new SecretsManagerClient(client);
    this.bucket = `probe-dev-main-${emulator.account}`;
  }

  async makeServices(): Promise<void> {
    await this.ecs.send(new CreateClusterCommand({ clusterName: "probe-dev" }));
    await this.#makeService("api", true);
    await this.#makeService("nightly", false);
    const revision = `arn:aws:ecs:${this.emulator.region}:${this.emulator.account}:task-definition/probe-dev-nightly`;
    await this.scheduler.send(new CreateScheduleGroupCommand({ Name: "probe-dev" }));
    await this.scheduler.send(new CreateScheduleCommand({
      Name: "nightly", GroupName: "probe-dev", ScheduleExpression: "cron(10 0 * * ? *)", ScheduleExpressionTimezone: "UTC", FlexibleTimeWindow: { Mode: "OFF" }, State: "DISABLED",
      Target: { Arn: `arn:aws:ecs:${this.emulator.region}:${this.emulator.account}:cluster/probe-dev`, RoleArn: `arn:aws:iam::${this.emulator.account}:role/starter`, EcsParameters: { TaskDefinitionArn: revision, TaskCount: 1 } },
    }));
  }

  /** A secret of a service, to which nobody has given a value. */
  async makeSecret(service: string, name: string): Promise<void> {
    await this.secrets.send(new CreateSecretCommand({ Name: `/probe/dev/services/${service}/${name}` }));
  }

  async #makeService(name: string, runs: boolean): Promise<void> {
    await this.ecr.send(new CreateRepositoryCommand({ repositoryName: `probe/${name}`, imageTagMutability: "IMMUTABLE" }));
    await this.ssm.send(new PutParameterCommand({ Name: `/probe/dev/services/${name}/release`, Value: UNRELEASED, Type: "String" }));
    await this.logs.send(new CreateLogGroupCommand({ logGroupName: `/probe/dev/services/${name}` }));
    for (const family of runs ? [name, `${name}-migrate`] : [name]) await this.register(name, family, UNRELEASED);
    if (runs) await this.ecs.send(new CreateServiceCommand({ cluster: "probe-dev", serviceName: name, taskDefinition: `probe-dev-${name}`, desiredCount: 0, deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } } }));
  }

  /** A revision as an apply registers it. */
  async register(name: string, family: string, image: string, more: { readonly memory?: number } = {}): Promise<void> {
    await this.ecs.send(new RegisterTaskDefinitionCommand({
      family: `probe-dev-${family}`, networkMode: "bridge", requiresCompatibilities: ["EC2"], tags: [{ key: "part", value: `service:${name}` }],
      containerDefinitions: [{
        name, image, essential: true, memory: more.memory ?? 256, environment: [{ name: "PORT", value: "8080" }, { name: "RELEASE", value: image }, { name: "LAST", value: "1" }],
        logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": `/probe/dev/services/${name}`, "awslogs-region": this.emulator.region, "awslogs-stream-prefix": family } },
      }],
    }));
  }

  async makeSite(): Promise<string> {
    await this.s3.send(new CreateBucketCommand({ Bucket: this.bucket, CreateBucketConfiguration: { LocationConstraint: "ap-northeast-2" } }));
    await this.s3.send(new PutBucketVersioningCommand({ Bucket: this.bucket, VersioningConfiguration: { Status: "Enabled" } }));
    const { Distribution } = await this.cloudfront.send(new CreateDistributionCommand({
      DistributionConfig: {
        CallerReference: "one", Comment: "", Enabled: true, Aliases: { Quantity: 1, Items: ["main.example.com"] },
        Origins: { Quantity: 1, Items: [{ Id: "files", DomainName: `${this.bucket}.s3.${this.emulator.region}.amazonaws.com`, S3OriginConfig: { OriginAccessIdentity: "" } }] },
        DefaultCacheBehavior: { TargetOriginId: "files", ViewerProtocolPolicy: "redirect-to-https", CachePolicyId: "658327ea-f89d-4fab-a63d-7e88639e58f6" },
      },
    }));
    return Distribution?.Id ?? "";
  }

  /** An image under a release's name. Gives its reference. */
  async push(name: string, tag: string): Promise<string> {
    const config = createHash("sha256").update(tag).digest("hex");
    const manifest = JSON.stringify({ schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: `sha256:${config}`, size: 2 }, layers: [] });
    await this.ecr.send(new PutImageCommand({ repositoryName: `probe/${name}`, imageTag: tag, imageManifest: manifest, imageManifestMediaType: "application/vnd.oci.image.manifest.v1+json" }));
    return `${this.emulator.account}.dkr.ecr.${this.emulator.region}.amazonaws.com/probe/${name}@sha256:${createHash("sha256").update(manifest).digest("hex")}`;
  }

  async parameter(name: string): Promise<string | null> {
    return this.ssm.send(new GetParameterCommand({ Name: `/probe/dev/${name}` })).then(({ Parameter }) => Parameter?.Value ?? null, () => null);
  }

  async write(group: string, stream: string, ...lines: readonly string[]): Promise<void> {
    await this.logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream })).catch(() => {});
    await this.logs.send(new PutLogEventsCommand({ logGroupName: group, logStreamName: stream, logEvents: lines.map((message) => ({ message, timestamp: Date.now() })) }));
  }

  /** Tasks of a family that run. */
  async running(family: string): Promise<readonly string[]> {
    const { taskArns = [] } = await this.ecs.send(new ListTasksCommand({ cluster: "probe-dev", desiredStatus: "RUNNING" }));
    if (taskArns.length === 0) return [];
    const { tasks = [] } = await this.ecs.send(new DescribeTasksCommand({ cluster: "probe-dev", tasks: taskArns }));
    return tasks.filter(({ taskDefinitionArn }) => taskDefinitionArn?.includes(`/probe-dev-${family}:`)).map(({ taskArn = "" }) => taskArn);
  }

  /** The emulator runs no programs: what a migration does by itself is done here, and it ends with 0. */
  async end(task: string): Promise<void> {
    await this.ecs.send(new StopTaskCommand({ cluster: "probe-dev", task, reason: "Essential container in task exited" }));
  }
}

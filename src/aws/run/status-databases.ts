import { DescribeInstancesCommand, DescribeInstanceStatusCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import type { Database } from "../../model/database.ts";
import { instanceIdentifier } from "../render/database-identifier.ts";
import { isNamed } from "./clients.ts";
import { partOf, type AwsPart, type StatusGround } from "./status-part.ts";

/** Every database: RDS, and those on an instance of their own, as far as AWS itself sees them. */
export function databaseStatuses(ground: StatusGround): Promise<readonly AwsPart[]> {
  return Promise.all(ground.environment.databases.map(async (database): Promise<AwsPart> => {
    const { name, usedBy } = database;
    const shared = partOf(ground.place, "database", name, { reachableBy: usedBy.length === 0 ? "nobody" : usedBy.join(", ") });
    return { ...shared, url: null, state: await (database.engine === "mysql" ? managedState(ground, database) : instanceState(ground, database)) };
  }));
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html */
const SERVES = new Set(["available", "backing-up", "modifying", "storage-optimization", "configuring-enhanced-monitoring", "configuring-log-exports", "maintenance"]);
const STARTS = new Set(["creating", "starting", "rebooting", "upgrading", "renaming", "resetting-master-credentials"]);

async function managedState({ settings, place }: StatusGround, database: Database): Promise<AwsPart["state"]> {
  try {
    const { DBInstances = [] } = await new RDSClient(settings).send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: instanceIdentifier(place.prefix, database) }));
    const status = DBInstances[0]?.DBInstanceStatus ?? "";
    return SERVES.has(status) ? "ready" : STARTS.has(status) ? "starting" : status === "stopped" ? "stopped" : "unhealthy";
  } catch (error) {
    if (isNamed(error, "DBInstanceNotFoundFault", "DBInstanceNotFound")) return "stopped";
    throw error;
  }
}

/** The machine runs and passes both of EC2's checks; whether the server on it answers is for those who use it. */
async function instanceState({ settings, place }: StatusGround, { deployedAs }: Database): Promise<AwsPart["state"]> {
  const ec2 = new EC2Client(settings);
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters: [{ Name: "tag:Name", Values: [`${place.prefix}-${deployedAs}`] }, { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] }] }));
  const instance = Reservations.flatMap(({ Instances = [] }) => Instances)[0];
  if (instance?.InstanceId === undefined || instance.State?.Name === "stopped" || instance.State?.Name === "stopping") return "stopped";
  if (instance.State?.Name === "pending") return "starting";
  const { InstanceStatuses = [] } = await ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [instance.InstanceId] }));
  const checks = [InstanceStatuses[0]?.SystemStatus?.Status, InstanceStatuses[0]?.InstanceStatus?.Status];
  return checks.includes("impaired") ? "unhealthy" : checks.includes("initializing") ? "starting" : "ready";
}

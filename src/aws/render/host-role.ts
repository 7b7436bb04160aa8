import { resource, text, type Block, type Resource } from "../terraform.ts";
import { physicalName } from "./names.ts";
import type { Place } from "./place.ts";
import { OPEN_CHANNELS, renderRole, trust, type Statement } from "./role.ts";

/** What an instance may do. Its containers have roles of their own, and no way to this one. */
export interface HostRole {
  readonly profile: Resource<"aws_iam_instance_profile">;
  readonly blocks: readonly Block[];
}

export function renderHostRole(place: Place, cluster: Resource<"aws_ecs_cluster">): HostRole {
  const name = physicalName("role", place.prefix, "hosts");
  const { role, blocks } = renderRole("hosts", name, trust("ec2.amazonaws.com"), [...agent(place, cluster), ...shell(place)]);
  const profile = resource("aws_iam_instance_profile", "hosts", { name, role: role.of("name") });
  return { profile, blocks: [...blocks, profile] };
}

/**
 * What the ECS agent calls, in this cluster alone. AWS's own policy for it allows the same in every cluster, and to pull
 * every image and write every log, for which tasks have their execution role.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-awsmanpol.html#security-iam-awsmanpol-AmazonEC2ContainerServiceforEC2Role
 */
function agent(place: Place, cluster: Resource<"aws_ecs_cluster">): readonly Statement[] {
  const instances = text`arn:aws:ecs:${place.shared.region}:${place.account.of("account_id")}:container-instance/${cluster.of("name")}/*`;
  return [
    // It takes no other resource.
    { Sid: "FindEndpoint", Action: ["ecs:DiscoverPollEndpoint"], Resource: "*" },
    {
      Sid: "JoinCluster",
      Action: [
        "ecs:RegisterContainerInstance", "ecs:DeregisterContainerInstance",
        "ecs:SubmitTaskStateChange", "ecs:SubmitContainerStateChange", "ecs:SubmitAttachmentStateChanges",
      ],
      Resource: cluster.of("arn"),
    },
    {
      Sid: "TakeTasks", Action: ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState"], Resource: instances,
      Condition: { ArnEquals: { "ecs:cluster": cluster.of("arn") } },
    },
  ];
}

/**
 * How people get a shell: no key, no open port. AWS's own policy for it would also let the instance read every parameter
 * of the account. https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
 */
const shell = (place: Place): readonly Statement[] => [
  { Sid: "SayItIsThere", Action: ["ssm:UpdateInstanceInformation"], Resource: text`arn:aws:ec2:${place.shared.region}:${place.account.of("account_id")}:instance/*` },
  OPEN_CHANNELS,
];

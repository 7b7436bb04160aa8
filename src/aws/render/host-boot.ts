import { HOST_PORTS } from "../../model/hosts.ts";

/** Of the memory that an instance has, so much is kept from tasks: the agent, Docker and the SSM agent live on it. */
const RESERVED_MB = 128;

/** Processes of one task: a loop that starts others ends with its own task, not with the host. */
const MOST_PROCESSES = 4_096;

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html */
const METADATA = "--in-interface docker+ --destination 169.254.169.254/32 --jump DROP";

/**
 * What an instance does when it starts for the first time, before its agent, which waits for the end of it. The agent
 * begins only where containers are kept from the instance's own credentials, also after a restart.
 * https://github.com/aws/amazon-ecs-agent/blob/master/README.md (variables)
 */
export function hostBoot(cluster: string): string {
  return [
    "#!/bin/sh",
    "set -eu",
    "cat >> /etc/ecs/ecs.config <<'END'",
    ...agentVariables(cluster),
    "END",
    "mkdir -p /etc/systemd/system/ecs.service.d",
    "cat > /etc/systemd/system/ecs.service.d/metadata.conf <<'END'",
    "[Service]",
    `ExecStartPre=/bin/sh -c 'iptables --wait --check DOCKER-USER ${METADATA} || iptables --wait --insert DOCKER-USER ${METADATA}'`,
    "END",
    "systemctl daemon-reload",
    "",
  ].join("\n");
}

const agentVariables = (cluster: string): readonly string[] => [
  `ECS_CLUSTER=${cluster}`,
  `ECS_DYNAMIC_HOST_PORT_RANGE=${HOST_PORTS.from}-${HOST_PORTS.to}`,
  `ECS_RESERVED_MEMORY=${RESERVED_MB}`,
  `ECS_TASK_PIDS_LIMIT=${MOST_PROCESSES}`,
  "ECS_DISABLE_PRIVILEGED=true",
  "ECS_ENABLE_TASK_IAM_ROLE=true",
  "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST=false",
  // What a digest names never changes, so what is there is not fetched again; what no task uses goes after an hour.
  "ECS_IMAGE_PULL_BEHAVIOR=once",
  "ECS_IMAGE_MINIMUM_CLEANUP_AGE=1h",
  "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION=1h",
];

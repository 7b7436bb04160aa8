import { text } from "../terraform.ts";
import type { Hosts } from "./hosts.ts";
import { OPEN_CHANNELS, type Statement } from "./role.ts";

/**
 * What a task's own role needs for people to get a shell in its containers, and to keep what they type there.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
 */
export const mayOfferShell = ({ sessions }: Pick<Hosts, "sessions">): readonly Statement[] => [
  OPEN_CHANNELS,
  // It looks for the group by its name, among all.
  { Sid: "FindSessionLog", Action: ["logs:DescribeLogGroups"], Resource: "*" },
  { Sid: "KeepSessions", Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], Resource: text`${sessions.of("arn")}:*` },
];

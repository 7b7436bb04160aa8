import { json, resource, text, type Block, type Resource, type Text } from "../terraform.ts";
import type { Place } from "./place.ts";

export interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: Text | readonly Text[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Text | readonly Text[]>>>>;
}

export interface Role {
  readonly blocks: readonly Block[];
  readonly role: Resource<"aws_iam_role">;
}

/** A role that a task of this account takes on, and what it may do. */
export function taskRole(place: Place, name: string, physical: string, statements: readonly Statement[]): Role {
  const account = place.account.of("account_id");
  const trusted = trust("ecs-tasks.amazonaws.com", {
    StringEquals: { "aws:SourceAccount": account },
    ArnLike: { "aws:SourceArn": text`arn:aws:ecs:${place.shared.region}:${account}:*` },
  });
  return renderRole(name, physical, trusted, statements);
}

/** A role, who may take it on, and what it may do. */
export function renderRole(name: string, physical: string, trusted: Text, statements: readonly Statement[]): Role {
  const role = resource("aws_iam_role", name, { name: physical, assume_role_policy: trusted });
  if (statements.length === 0) return { blocks: [role], role };
  const policy = resource("aws_iam_role_policy", name, {
    name: "allowed",
    role: role.of("id"),
    policy: json({ Version: "2012-10-17", Statement: statements.map((statement) => ({ Effect: "Allow", ...statement })) }),
  });
  return { blocks: [role, policy], role };
}

/** Who may take a role on: one AWS service, under conditions. */
export function trust(service: string, condition?: Readonly<Record<string, unknown>>): Text {
  return json({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole", ...(condition && { Condition: condition }) }],
  });
}

/** The channels through which people get a shell, of an instance or of a container. They are no resources that could be named. */
export const OPEN_CHANNELS: Statement = {
  Sid: "OpenChannels",
  Action: ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"],
  Resource: "*",
};

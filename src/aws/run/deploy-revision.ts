import {
  DeregisterTaskDefinitionCommand, DescribeTaskDefinitionCommand, RegisterTaskDefinitionCommand,
  type ECSClient, type RegisterTaskDefinitionCommandInput, type Tag, type TaskDefinition,
} from "@aws-sdk/client-ecs";
import { isNamed } from "./clients.ts";
import { notThere, type Ground } from "./deploy-ground.ts";

/** One revision of a family of task definitions. */
export interface Revision {
  readonly arn: string;
  readonly image: string;
  /** Whether this deployment made it. */
  readonly made: boolean;
}

type Found = { readonly definition: TaskDefinition; readonly tags: readonly Tag[] };

/** The newest revision of a family, which is what Terraform compares with; or one by its ARN. Null where there is none. */
export async function findRevision(ecs: ECSClient, name: string): Promise<Found | null> {
  try {
    const { taskDefinition, tags = [] } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: name, include: ["TAGS"] }));
    return taskDefinition === undefined ? null : { definition: taskDefinition, tags };
  } catch (error) {
    // So ECS says that there is no such family.
    if (isNamed(error, "ClientException")) return null;
    throw error;
  }
}

/** The image of a service in a revision. */
export const imageOf = ({ containerDefinitions = [] }: TaskDefinition, service: string): string =>
  containerDefinitions.find(({ name }) => name === service)?.image ?? "";

/**
 * A revision with this image: the newest one's copy in which only the image and `RELEASE` differ, so that a later apply finds
 * what it would write; or the newest itself, where it has that image.
 * @throws Failure `not-running` where Terraform has made no revision yet
 */
export async function reviseImage({ ecs, place, service }: Pick<Ground, "ecs" | "place" | "service">, family: string, image: string): Promise<Revision> {
  const newest = await findRevision(ecs, family);
  if (newest === null) throw notThere(service.name, place.environment.name);
  if (imageOf(newest.definition, service.name) === image) return { arn: newest.definition.taskDefinitionArn ?? "", image, made: false };
  const { taskDefinition } = await ecs.send(new RegisterTaskDefinitionCommand(withImage(newest, service.name, image)));
  return { arn: taskDefinition?.taskDefinitionArn ?? "", image, made: true };
}

/** What a revision is made of, without what AWS has added to it. */
export function withImage({ definition, tags }: Found, service: string, image: string): RegisterTaskDefinitionCommandInput {
  const {
    taskDefinitionArn: _arn, revision: _revision, status: _status, requiresAttributes: _attributes, compatibilities: _compatibilities,
    registeredAt: _at, deregisteredAt: _until, registeredBy: _by, deleteRequestedAt: _deleted, family = "", containerDefinitions = [], ...rest
  } = definition;
  const containers = containerDefinitions.map((container) => {
    if (container.name !== service) return container;
    const others = container.environment?.filter(({ name }) => name !== "RELEASE") ?? [];
    const at = container.environment?.findIndex(({ name }) => name === "RELEASE") ?? -1;
    const environment = others.toSpliced(at < 0 ? others.length : at, 0, { name: "RELEASE", value: image });
    return { ...container, image, environment };
  });
  return { ...rest, family, containerDefinitions: containers, ...(tags.length > 0 && { tags: [...tags] }) };
}

/** Takes revisions back that this deployment made: the newest one that is left is what runs, and what Terraform compares with. */
export async function withdraw(ecs: ECSClient, revisions: readonly Revision[]): Promise<void> {
  for (const { arn } of revisions.filter(({ made }) => made)) await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: arn }));
}

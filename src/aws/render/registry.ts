import type { Model } from "../../model/model.ts";
import { json, resource, type Block } from "../terraform.ts";
import type { Noun } from "./directory.ts";

/** Many, because all environments release from here, and one may be far behind another. */
const KEPT_IMAGES = 300;

/** All that it takes to pull an image. */
export const PULL_ACTIONS = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

/** The repository of a service's images: one for all environments, so that what was tested is what is released. */
export const repositoryName = (platform: string, service: string): string => `${platform}/${service}`;

export function sharedRegistry({ shared, environments }: Model): Noun {
  const services = [...new Set(environments.flatMap((environment) => environment.services.map(({ name }) => name)))];
  const accounts = [...new Set(environments.flatMap(({ account }) => account ?? []))];
  return { name: "registry", blocks: services.flatMap((service) => repository(shared.name, service, accounts)) };
}

function repository(platform: string, service: string, accounts: readonly string[]): readonly Block[] {
  const name = `service_${service}`;
  const images = resource("aws_ecr_repository", name, {
    name: repositoryName(platform, service),
    image_tag_mutability: "IMMUTABLE",
    image_scanning_configuration: { scan_on_push: true },
    encryption_configuration: [{ encryption_type: "AES256" }],
  });
  const old = resource("aws_ecr_lifecycle_policy", name, {
    repository: images.of("name"),
    policy: json({
      rules: [{
        rulePriority: 1,
        description: `keep the newest ${KEPT_IMAGES}`,
        selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: KEPT_IMAGES },
        action: { type: "expire" },
      }],
    }),
  });
  return [images, old, ...(accounts.length > 0 ? [pulls(name, images.of("name"), accounts)] : [])];
}

/** The environments' accounts may read images; who in them may is for them to say. */
function pulls(name: string, repository: ReturnType<Block["of"]>, accounts: readonly string[]): Block {
  return resource("aws_ecr_repository_policy", name, {
    repository,
    policy: json({
      Version: "2012-10-17",
      Statement: [{
        Sid: "Pull",
        Effect: "Allow",
        Principal: { AWS: accounts.map((account) => `arn:aws:iam::${account}:root`) },
        Action: PULL_ACTIONS,
      }],
    }),
  });
}

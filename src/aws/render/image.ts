import type { Database } from "../../model/database.ts";
import { imageFor, type ImageUse } from "../../model/images.ts";
import { instanceType, type Architecture } from "../../model/instance-type.ts";
import type { Environment, Model } from "../../model/model.ts";
import { data, type Block, type Text } from "../terraform.ts";
import type { Place } from "./place.ts";

/** An image as instances name it, and the blocks that this needs. */
export interface RenderedImage {
  readonly id: Text;
  readonly blocks: readonly Block[];
}

/**
 * Where AWS says which image is the newest. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
 * https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli
 */
export function imageParameter(use: ImageUse, architecture: Architecture): string {
  if (use === "databases") return `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`;
  return `/aws/service/ecs/optimized-ami/amazon-linux-2023/${architecture === "arm64" ? "arm64/" : ""}recommended/image_id`;
}

/** The image that was chosen (see images.ts), else whichever is the newest when it is planned. */
export function renderImage({ shared }: Place, use: ImageUse, architecture: Architecture): RenderedImage {
  const chosen = imageFor(shared.images, use, architecture);
  if (chosen !== undefined) return { id: chosen, blocks: [] };
  const newest = data("aws_ssm_parameter", `${use}_image_${architecture}`, { name: imageParameter(use, architecture) });
  return { id: newest.of("insecure_value"), blocks: [newest] };
}

/** The images that a platform's instances are made from, each once. */
export function imagesOf({ environments }: Model): readonly { readonly use: ImageUse; readonly architecture: Architecture }[] {
  const used = environments.flatMap((environment) => [
    ...of("hosts", environment.hosts),
    ...of("databases", environment.databases.filter(hasInstance)),
  ]);
  return used.filter((image, index) => used.findIndex(({ use, architecture }) => use === image.use && architecture === image.architecture) === index);
}

const hasInstance = ({ engine }: Database): boolean => engine !== "mysql";

function of(use: ImageUse, instances: Environment["hosts"] | readonly Database[]): ReturnType<typeof imagesOf> {
  return instances.flatMap(({ instance }) => {
    const kind = instanceType(instance);
    return kind === undefined ? [] : [{ use, architecture: kind.architecture }];
  });
}

/** Of these, the ones that nobody has chosen yet: what they are depends on the day. */
export const floatingImages = (model: Model): ReturnType<typeof imagesOf> =>
  imagesOf(model).filter(({ use, architecture }) => imageFor(model.shared.images, use, architecture) === undefined);

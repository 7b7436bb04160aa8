import { Failure } from "../../kit/failure.ts";
import type { Image } from "../../model/images.ts";
import type { Model } from "../../model/model.ts";
import { imageParameter, imagesOf } from "../render/image.ts";
import { asFailure, isNamed, type AwsSettings, type Try } from "./clients.ts";

/** The newest image of a kind, as AWS says it. */
export interface NewestImage extends Image {
  /** `al2023-ami-ecs-hvm-2023.0.20261110-kernel-6.1-arm64`; null where only the id is told. */
  readonly name: string | null;
}

const TRY: Try = { failed: "the newest images cannot be asked for", again: "./dailyge update" };

/**
 * Asks AWS for the newest image of every kind that the platform's instances are made from, in its region. The parameters
 * are AWS's own and the same for every account.
 * @throws Failure `credentials-missing`, `credentials-expired`, `access-denied`, `throttled`, `network`, `usage` for a region without such images
 */
export async function newestImages(model: Model, settings: AwsSettings): Promise<readonly NewestImage[]> {
  // Loaded only here: it takes longer than all that works without AWS.
  const { GetParameterCommand, SSMClient } = await import("@aws-sdk/client-ssm");
  const client = new SSMClient(settings);
  try {
    return await Promise.all(imagesOf(model).map(async ({ use, architecture }) => {
      // What holds the id alone, or all that AWS says of the image.
      const name = imageParameter(use, architecture).replace(/\/image_id$/, "");
      const { Parameter: parameter } = await client.send(new GetParameterCommand({ Name: name })).catch((error: unknown) => {
        throw isNamed(error, "ParameterNotFound") ? missing(name, settings.region) : error;
      });
      return { use, architecture, ...imageIn(parameter?.Value ?? "", name) };
    }));
  } catch (error) {
    throw asFailure(error, TRY);
  } finally {
    client.destroy();
  }
}

const missing = (parameter: string, region: string): Failure =>
  new Failure("usage", `${TRY.failed}: region ${region} has no parameter ${parameter}`, { hint: "write a region that AWS has: region in the definition" });

/** The parameter's value: an id, or JSON with `image_id` and `image_name`. */
function imageIn(value: string, parameter: string): { readonly id: string; readonly name: string | null } {
  const { image_id: id = value, image_name: name } = value.startsWith("{") ? (JSON.parse(value) as Readonly<Record<string, unknown>>) : {};
  if (typeof id === "string" && /^ami-[0-9a-f]+$/.test(id)) return { id, name: typeof name === "string" ? name : null };
  throw new Failure("usage", `${TRY.failed}: ${parameter} holds no image`, { hint: `aws ssm get-parameter --name ${parameter}` });
}

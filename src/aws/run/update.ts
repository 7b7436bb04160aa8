import { Failure } from "../../kit/failure.ts";
import type { Image } from "../../model/images.ts";
import type { Model } from "../../model/model.ts";
import { imageParameter, imagesOf } from "../render/image.ts";
import { asFailure, type AwsSettings, type Try } from "./clients.ts";

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
  const { GetParametersCommand, SSMClient } = await import("@aws-sdk/client-ssm");
  const wanted = imagesOf(model).map((image) => ({ ...image, parameter: imageParameter(image.use, image.architecture) }));
  if (wanted.length === 0) return [];
  const client = new SSMClient(settings);
  try {
    // All in one answer, of which an id and its name are of the same moment.
    const { Parameters: parameters = [] } = await client.send(new GetParametersCommand({ Names: wanted.flatMap(({ parameter }) => [parameter, ...nameOf(parameter)]) }));
    const said = (parameter: string): string | undefined => parameters.find(({ Name: name }) => name === parameter)?.Value;
    return wanted.map(({ use, architecture, parameter }) => {
      const id = said(parameter);
      if (id === undefined || !/^ami-[0-9a-f]+$/.test(id)) throw missing(parameter, settings.region);
      return { use, architecture, id, name: nameOf(parameter).map(said)[0] ?? null };
    });
  } catch (error) {
    throw asFailure(error, TRY);
  } finally {
    client.destroy();
  }
}

/** The parameter with the image's name; none where AWS says the id alone. */
const nameOf = (parameter: string): readonly string[] => (parameter.endsWith("/image_id") ? [parameter.replace(/image_id$/, "image_name")] : []);

const missing = (parameter: string, region: string): Failure =>
  new Failure("usage", `${TRY.failed}: in ${region}, ${parameter} names no image`, { hint: "write a region of AWS that has it: region in the definition" });

import type { S3Client } from "@aws-sdk/client-s3";
import { Failure } from "../../kit/failure.ts";
import type { StatePlace } from "../render/state-bucket.ts";
import { asFailure, isNamed, type AwsSettings, type Try } from "./clients.ts";

/** Whose bucket of this name it is. */
export type StateBucket = "missing" | "unfinished" | "ready";

/**
 * Whether the bucket for states is there; `unfinished`: made, and not yet kept from the public and from losing what it had.
 * @throws Failure `state-foreign` where somebody else has one of this name
 */
export async function findStateBucket(settings: AwsSettings, place: StatePlace, trying: Try): Promise<StateBucket> {
  const { GetBucketVersioningCommand, GetPublicAccessBlockCommand, HeadBucketCommand } = await import("@aws-sdk/client-s3");
  const of = { Bucket: place.bucket, ExpectedBucketOwner: place.account };
  return withClient(settings, trying, async (client) => {
    try {
      await client.send(new HeadBucketCommand(of));
    } catch (error) {
      if (isNamed(error, "NotFound", "NoSuchBucket")) return "missing";
      throw isNamed(error, "Forbidden", "403", "AccessDenied", "PermanentRedirect", "301") ? foreign(place, trying, error) : error;
    }
    const { Status } = await client.send(new GetBucketVersioningCommand(of));
    const closed = await client.send(new GetPublicAccessBlockCommand(of)).then(({ PublicAccessBlockConfiguration: block }) => block?.BlockPublicPolicy === true && block.RestrictPublicBuckets === true, (error: unknown) => {
      if (isNamed(error, "NoSuchPublicAccessBlockConfiguration")) return false;
      throw error;
    });
    return Status === "Enabled" && closed ? "ready" : "unfinished";
  });
}

/**
 * Makes the bucket, or finishes one that was begun, before Terraform first runs: its own state is to be there. All of it may
 * be done again at any time; what else the bucket needs is Terraform's to say.
 * @throws Failure `state-foreign` where somebody else has one of this name
 */
export async function makeStateBucket(settings: AwsSettings, place: StatePlace, trying: Try): Promise<void> {
  const { BucketLocationConstraint, CreateBucketCommand, PutBucketVersioningCommand, PutPublicAccessBlockCommand } = await import("@aws-sdk/client-s3");
  const of = { Bucket: place.bucket, ExpectedBucketOwner: place.account };
  // Its oldest region alone has no name here. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
  const region = Object.values(BucketLocationConstraint).find((each) => each === place.region);
  await withClient(settings, trying, async (client) => {
    try {
      await client.send(new CreateBucketCommand({
        Bucket: place.bucket, ObjectOwnership: "BucketOwnerEnforced", ...(place.region !== "us-east-1" && region !== undefined && { CreateBucketConfiguration: { LocationConstraint: region } }),
      }));
    } catch (error) {
      if (isNamed(error, "BucketAlreadyExists")) throw foreign(place, trying, error);
      if (!isNamed(error, "BucketAlreadyOwnedByYou")) throw error;
    }
    const all = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true };
    await client.send(new PutPublicAccessBlockCommand({ ...of, PublicAccessBlockConfiguration: all }));
    await client.send(new PutBucketVersioningCommand({ ...of, VersioningConfiguration: { Status: "Enabled" } }));
  });
}

const foreign = ({ bucket, region, account }: StatePlace, { failed }: Try, cause: unknown): Failure =>
  new Failure("state-foreign", `${failed}: the bucket ${bucket} is not account ${account}'s in ${region}, or not ours to see`, {
    hint: `see whose it is: aws s3api head-bucket --bucket ${bucket} --expected-bucket-owner ${account}`, cause,
  });

async function withClient<Result>(settings: AwsSettings, trying: Try, act: (client: S3Client) => Promise<Result>): Promise<Result> {
  // Loaded only here: it takes longer than all that works without AWS.
  const { S3Client } = await import("@aws-sdk/client-s3");
  const client = new S3Client(settings);
  try {
    return await act(client);
  } catch (error) {
    throw asFailure(error, trying);
  } finally {
    client.destroy();
  }
}

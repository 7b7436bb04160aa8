import type { IAMClient, Tag } from "@aws-sdk/client-iam";
import { Failure } from "../../kit/failure.ts";
import type { Plan } from "../read/plan.ts";
import { readConfiguration, type Configuration } from "../read/configuration.ts";
import type { Adopted } from "../render/adopt.ts";
import type { TerraformDirectory } from "../render/index.ts";
import { asFailure, isNamed, type AwsSettings, type Try } from "./clients.ts";

/** Whose they are, and for whom we look. */
export interface Looking {
  readonly settings: AwsSettings;
  readonly platform: string;
  readonly account: string;
  readonly rendered: TerraformDirectory;
  readonly trying: Try;
}

/**
 * What a plan would make although it is there: an apply that was killed made it, and had no time to write that down. All that
 * bootstrap makes with a name of its own bears the platform's tag, by which it knows what is its own.
 * @throws Failure `state-foreign` where something of that name was made by somebody else
 */
export async function findLeft({ changes }: Plan, looking: Looking): Promise<readonly Adopted[]> {
  const created = new Set(changes.filter(({ action, imported }) => action === "create" && !imported).map(({ address }) => address));
  const wanted = namedIn(readConfiguration(looking.rendered.files), looking.account).filter(({ to }) => created.has(to));
  if (wanted.length === 0) return [];
  // Loaded only here: it takes longer than all that works without AWS.
  const { IAMClient } = await import("@aws-sdk/client-iam");
  const client = new IAMClient(looking.settings);
  try {
    const tags = await Promise.all(wanted.map((one) => tagsOf(client, one)));
    const there = wanted.flatMap((one, index) => (tags[index] === null ? [] : [{ ...one, tags: tags[index] ?? [] }]));
    const foreign = there.find((one) => !one.tags.some(({ Key, Value }) => Key === "platform" && Value === looking.platform));
    if (foreign) throw foreignTo(looking, foreign);
    return there.map(({ to, id }) => ({ to, id }));
  } catch (error) {
    throw asFailure(error, looking.trying);
  } finally {
    client.destroy();
  }
}

interface Named extends Adopted {
  readonly id: string;
  readonly type: "aws_iam_role" | "aws_iam_policy" | "aws_iam_openid_connect_provider";
}

/** All that there can be only once in an account, and how Terraform takes each over. */
function namedIn({ blocks }: Configuration, account: string): readonly Named[] {
  return [...blocks.values()].flatMap(({ type, address: to, body }): readonly Named[] => {
    if (type === "aws_iam_role") return [{ type, to, id: String(body["name"]) }];
    if (type === "aws_iam_policy") return [{ type, to, id: `arn:aws:iam::${account}:policy/${String(body["name"])}` }];
    if (type === "aws_iam_openid_connect_provider") return [{ type, to, id: `arn:aws:iam::${account}:oidc-provider/${String(body["url"]).replace("https://", "")}` }];
    return [];
  });
}

/** The tags of what is there; null where it is not. */
async function tagsOf(client: IAMClient, { type, id }: Named): Promise<readonly Tag[] | null> {
  const { GetOpenIDConnectProviderCommand, GetPolicyCommand, GetRoleCommand } = await import("@aws-sdk/client-iam");
  try {
    switch (type) {
      case "aws_iam_role": return (await client.send(new GetRoleCommand({ RoleName: id }))).Role?.Tags ?? [];
      case "aws_iam_policy": return (await client.send(new GetPolicyCommand({ PolicyArn: id }))).Policy?.Tags ?? [];
      case "aws_iam_openid_connect_provider": return (await client.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: id }))).Tags ?? [];
    }
  } catch (error) {
    if (isNamed(error, "NoSuchEntity", "NoSuchEntityException")) return null;
    throw error;
  }
}

function foreignTo({ trying, account }: Looking, { type, id }: Named): Failure {
  if (type === "aws_iam_openid_connect_provider") {
    return new Failure("state-foreign", `${trying.failed}: account ${account} knows GitHub already, and an account can only once`, {
      hint: 'say so in the definition: delivery: { identityProvider: "existing" }',
    });
  }
  return new Failure("state-foreign", `${trying.failed}: ${id} is there already, and bootstrap has not made it`, { hint: `remove or rename it, then: ${trying.again}` });
}

import type { Delivery } from "../../model/delivery.ts";
import type { Model, Shared } from "../../model/model.ts";
import { json, resource, type Block, type Text } from "../terraform.ts";
import { applyRoleName, boundaryName, planRoleName } from "./delivery-name.ts";
import { boundaryPolicy, environmentPolicy, guestPolicy, keptFrom, planPolicy, sharedPolicy, type Delivered } from "./delivery-policy.ts";
import { GITHUB, workflowRole } from "./delivery-role.ts";
import { directory, type Noun, type TerraformDirectory } from "./directory.ts";
import type { Statement } from "./role.ts";
import { only, terraformBlock } from "./settings.ts";
import { sharedRoleName } from "./shared-role.ts";
import { renderStateBucket } from "./state-bucket.ts";

/** Where what one account needs before anything else is written: `bootstrap-111122223333`. */
export const bootstrapDirectory = (account: string): string => `bootstrap-${account}`;

/** What is applied in this account, in order, and the branch that applies it. `shared` belongs to the last environment's. */
export function directoriesIn({ shared, environments }: Model, account: string): readonly { readonly directory: string; readonly branch: string }[] {
  const last = environments.at(-1);
  return [
    ...(shared.account === account && last ? [{ directory: "shared", branch: last.branch }] : []),
    ...environments.filter((environment) => environment.account === account).map(({ name, branch }) => ({ directory: name, branch })),
  ];
}

/** What an account needs before anything else: a bucket for states, and roles for those who come from elsewhere. */
export function renderBootstrap(model: Model, account: string): TerraformDirectory {
  const { shared } = model;
  const name = bootstrapDirectory(account);
  const provider = { region: shared.region, default_tags: [{ tags: { platform: shared.name } }], ...only(account) };
  const settings: Noun = { name: "terraform", blocks: [], settings: { terraform: terraformBlock(shared, account, name), provider: { aws: [provider] } } };
  const guests = model.environments.filter((environment) => shared.account === account && environment.account !== null && environment.account !== account);
  const access: Noun = { name: "shared-access", blocks: guests.flatMap((guest) => guestRoles(shared, account, guest.name, guest.account ?? "")) };
  return directory(name, [settings, renderStateBucket(shared, account), access, ...(shared.delivery ? deliveries(model, shared.delivery, account) : [])]);
}

/** Environments of other accounts come in by these: whoever may take them on there, people or workflows, is for that account to say. */
function guestRoles(shared: Shared, account: string, environment: string, from: string): readonly Block[] {
  return (["write", "read"] as const).flatMap((may) => {
    const name = `${environment}_${may}`;
    const Statement = [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${from}:root` }, Action: "sts:AssumeRole" }];
    const role = resource("aws_iam_role", name, {
      name: sharedRoleName(shared.name, environment, may),
      description: `${environment} ${may === "write" ? "writes into" : "looks up"} the zone and the registry`,
      assume_role_policy: json({ Version: "2012-10-17", Statement }),
    });
    return [role, resource("aws_iam_role_policy", name, { name: "allowed", role: role.of("id"), policy: allowed(guestPolicy(shared, account, may)) })];
  });
}

function deliveries(model: Model, delivery: Delivery, account: string): readonly Noun[] {
  const { shared } = model;
  const here = directoriesIn(model, account);
  const github = resource("aws_iam_openid_connect_provider", "github", { url: `https://${GITHUB}`, client_id_list: ["sts.amazonaws.com"] });
  const provider: Text = delivery.identityProvider === "own" ? github.of("arn") : `arn:aws:iam::${account}:oidc-provider/${GITHUB}`;
  const plan = workflowRole("plan", planRoleName(shared.name), `Pull requests of ${delivery.repository} plan`, {
    provider, delivery, workflow: { on: "pull request" }, may: planPolicy(shared, account, here.map(({ directory }) => directory)),
  });
  return [
    { name: "github", blocks: [...(delivery.identityProvider === "own" ? [github] : []), ...plan] },
    ...here.map(({ directory: applied, branch }): Noun => {
      const taken = model.environments.find(({ name }) => name === applied)?.sites.flatMap(({ existing }) => existing ?? []) ?? [];
      const delivered: Delivered = { shared, directory: applied, account, buckets: taken };
      const may = applied === "shared" ? sharedPolicy(delivered) : environmentPolicy(delivered);
      const role = workflowRole(applied, applyRoleName(shared.name, applied), `${branch} of ${delivery.repository} applies ${applied}`, { provider, delivery, workflow: { on: "branch", branch }, may });
      return { name: `delivery-${applied}`, blocks: [...role, ...(applied === "shared" ? [] : bounds(delivered, role))] };
    }),
  ];
}

/** The boundary of an environment's roles, and that its delivery cannot move it. */
function bounds(delivered: Delivered, [role]: readonly Block[]): readonly Block[] {
  const { shared, directory: applied } = delivered;
  if (!role) throw new Error("a workflow's role is its first block");
  return [
    resource("aws_iam_policy", `${applied}_boundary`, {
      name: boundaryName(shared.name, applied), description: `Most that roles of ${applied} may do`, policy: allowed(boundaryPolicy(delivered)),
    }),
    resource("aws_iam_role_policy", `${applied}_kept`, {
      name: "kept", role: role.of("id"), policy: json({ Version: "2012-10-17", Statement: [{ Effect: "Deny", ...keptFrom(delivered) }] }),
    }),
  ];
}

const allowed = (statements: readonly Statement[]): Text => json({ Version: "2012-10-17", Statement: statements.map((statement) => ({ Effect: "Allow", ...statement })) });

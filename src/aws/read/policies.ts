import { asBody, asList, parsed, texts, type Body, type Configuration, type WrittenBlock } from "./configuration.ts";

/** A policy in AWS's language, wherever it is written. */
export interface PolicyDocument {
  readonly block: WrittenBlock;
  /** `aws_iam_role.hosts.assume_role_policy` */
  readonly at: string;
  /** Who may take a role on; what a role may do; who may use a resource. */
  readonly kind: "trust" | "identity" | "resource";
  /** Undefined where the text is no JSON. */
  readonly statements: readonly Body[] | undefined;
}

const IDENTITIES = ["aws_iam_role_policy", "aws_iam_policy", "aws_iam_user_policy", "aws_iam_group_policy"];

const known = new WeakMap<Configuration, readonly PolicyDocument[]>();

/** Every policy of a directory, found by what it looks like, so that one of a new type is not overlooked. */
export function policiesOf(configuration: Configuration): readonly PolicyDocument[] {
  const found = known.get(configuration) ?? findPolicies(configuration);
  known.set(configuration, found);
  return found;
}

function findPolicies({ blocks }: Configuration): readonly PolicyDocument[] {
  return [...blocks.values()].flatMap((block) =>
    Object.entries(block.body).flatMap(([key, value]): readonly PolicyDocument[] => {
      if (typeof value !== "string" || !value.includes('"Statement"')) return [];
      const document = parsed(value);
      const kind = key === "assume_role_policy" ? "trust" : IDENTITIES.includes(block.type) ? "identity" : "resource";
      return [{ block, at: `${block.address}.${key}`, kind, statements: document === undefined ? undefined : asList(asBody(document)["Statement"]).map(asBody) }];
    }),
  );
}

/** `{ operator, key, value }` of each comparison of a statement's condition. */
export function comparisonsOf({ Condition }: Body): readonly { readonly operator: string; readonly key: string; readonly value: unknown }[] {
  return Object.entries(asBody(Condition)).flatMap(([operator, keys]) => Object.entries(asBody(keys)).map(([key, value]) => ({ operator, key, value })));
}

/** Principals of one kind: `{ "Service": "ecs-tasks.amazonaws.com" }`. A bare `*` is everybody, of every kind. */
export function principalsOf({ Principal }: Body, kind: "AWS" | "Service" | "Federated"): readonly string[] {
  return Principal === "*" ? ["*"] : texts(asBody(Principal)[kind]);
}

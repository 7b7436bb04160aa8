import type { DeliveryDefinition } from "../../definition/delivery.ts";
import type { Delivery } from "../delivery.ts";
import type { Place } from "./place.ts";
import { didYouMean, number, object, optional, quoted, required, text, type Fields, type Reader } from "./read.ts";

/** Names of GitHub: an owner's is letters, digits and single hyphens, or of a company's own users with one underscore. */
const REPOSITORY = /^[A-Za-z0-9]([-_]?[A-Za-z0-9]){0,38}\/[A-Za-z0-9._-]{1,100}$/;

const repository: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined || (REPOSITORY.test(written) && !written.endsWith(".git"))) return written;
  const meant = /^(?:https?:\/\/github\.com\/|git@github\.com:)?([^/\s]+\/[^/\s]+?)(?:\.git)?\/?$/.exec(written)?.[1];
  const near = meant !== undefined && REPOSITORY.test(meant) ? `did you mean "${meant}"?` : 'write its owner and name, such as "dailyge/dailyge-server"';
  return at.error("bad-repository", `${quoted(written)} is no repository of GitHub`, near);
};

const PROVIDERS = ["own", "existing"] as const;

const identityProvider: Reader<Delivery["identityProvider"]> = (value, at) => {
  const written = text(value, at);
  const known = PROVIDERS.find((each) => each === written);
  if (written === undefined || known !== undefined) return known;
  return at.error("unknown-name", `there is no identity provider ${quoted(written)}`, didYouMean(written, PROVIDERS, "there are"));
};

const DELIVERY = {
  repository: required(repository, '"dailyge/dailyge-server"'),
  repositoryId: optional(number({ from: 1, to: Number.MAX_SAFE_INTEGER, whole: true }), null),
  identityProvider: optional(identityProvider, "own" as const),
} satisfies Fields<DeliveryDefinition>;

export const delivery: Reader<Delivery> = object(DELIVERY, "delivery");

/** Workflows are let into accounts, so one has to know which. */
export function checkDelivery(written: Delivery | null | undefined, stages: readonly { readonly name: string; readonly account: string | null | undefined }[], at: Place): void {
  const nowhere = stages.filter(({ account }) => account === null).map(({ name }) => name);
  if (!written || nowhere.length === 0) return;
  at.field("delivery").warning("delivers-nowhere", `nothing is delivered to ${nowhere.join(" and ")}: no account is written there that ${written.repository} could be let into`, `write it: environments: { ${nowhere[0]}: { account: "111122223333" } }`);
}

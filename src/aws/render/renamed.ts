import type { Environment } from "../../model/model.ts";
import type { Text as ModelText } from "../../model/text.ts";
import { Expression, Reference, Template, type Block } from "../terraform.ts";
import type { Noun } from "./directory.ts";

/** A part that the definition renamed: on AWS it keeps the name that it had, in Terraform it moves to the new one. */
interface Renamed {
  readonly kind: "site" | "database" | "topic";
  readonly from: string;
  readonly to: string;
}

const renamedIn = ({ sites, databases, topics }: Environment): readonly Renamed[] =>
  ([["site", sites], ["database", databases], ["topic", topics]] as const).flatMap(([kind, parts]) =>
    parts.flatMap(({ name, deployedAs }) => (name === deployedAs ? [] : [{ kind, from: deployedAs, to: name }])),
  );

/** The name on AWS of each part that has another one here. */
const deployedNames = (environment: Environment): ReadonlyMap<string, string> => new Map(renamedIn(environment).map(({ from, to }) => [to, from]));

/** The environment as it is on AWS: every part by the name that it has there. The same where nothing was renamed. */
export function asDeployed(environment: Environment): Environment {
  const names = deployedNames(environment);
  if (names.size === 0) return environment;
  const name = (part: string): string => names.get(part) ?? part;
  const value = (text: ModelText): ModelText => text.map((piece) => (typeof piece === "string" ? piece : { ...piece, part: name(piece.part) }));
  const variables = <Of extends { readonly value: ModelText }>(all: readonly Of[]): readonly Of[] => all.map((each) => ({ ...each, value: value(each.value) }));
  const part = <Of extends { readonly name: string; readonly deployedAs: string }>(each: Of): Of => ({ ...each, name: each.deployedAs });
  return {
    ...environment,
    databases: environment.databases.map(part),
    topics: environment.topics.map(part),
    sites: environment.sites.map((site) => ({ ...part(site), environment: variables(site.environment) })),
    services: environment.services.map((service) => ({
      ...service,
      uses: service.uses.map(name), publishes: service.publishes.map(name), consumes: service.consumes.map(name),
      calledBySites: service.calledBySites.map(name), environment: variables(service.environment),
    })),
  };
}

/** A text in which every part goes by the name that it has on AWS. */
export function textAsDeployed(environment: Environment, text: ModelText): ModelText {
  const names = deployedNames(environment);
  return text.map((piece) => (typeof piece === "string" ? piece : { ...piece, part: names.get(piece.part) ?? piece.part }));
}

/** The nouns of such an environment by the names that the definition has now, and what moves for that: addresses and files, nothing on AWS. */
export function movedTo(environment: Environment, nouns: readonly Noun[]): readonly Noun[] {
  const renamed = renamedIn(environment);
  if (renamed.length === 0) return nouns;
  const blocks = nouns.flatMap((noun) => noun.blocks);
  const addresses = new Map(blocks.map((block) => [block.address, addressOf(block, newName(renamed, block.name))]));
  const moved = blocks.filter(({ mode, address }) => mode === "resource" && addresses.get(address) !== address);
  return [
    ...nouns.map((noun): Noun => ({
      name: renamed.reduce((file, { kind, from, to }) => (fileOf(file, kind, from) ? file.replace(`${kind}-${from}`, `${kind}-${to}`) : file), noun.name),
      blocks: noun.blocks.map((block) => movedBlock(block, newName(renamed, block.name), addresses)),
      ...(noun.settings && { settings: { ...pointed(noun.settings, addresses) } }),
    })),
    { name: "moved", blocks: [], settings: { moved: moved.map(({ address }) => ({ from: address, to: addresses.get(address) })) } },
  ];
}

/** Whether a file is a part's: its own, or one that says more of it, `database-mysql-users`. */
const fileOf = (file: string, kind: string, name: string): boolean => file === `${kind}-${name}` || file === `${kind}-${name}-users`;

/** Names of blocks are made of pieces between underscores, which no part's name has in it. */
const newName = (renamed: readonly Renamed[], name: string): string =>
  renamed.reduce((made, { kind, from, to }) => made.replaceAll(new RegExp(`(^|_)${kind}_${from}(?=_|$)`, "g"), `$1${kind}_${to}`), name);

const addressOf = ({ mode, type }: Block, name: string): string => `${mode === "resource" ? "" : `${mode}.`}${type}.${name}`;

function movedBlock(block: Block, name: string, addresses: ReadonlyMap<string, string>): Block {
  const address = addressOf(block, name);
  const { depends_on } = block.meta;
  const meta = depends_on === undefined ? block.meta : { ...block.meta, depends_on: depends_on.map((each) => ({ ...each, address: addresses.get(each.address) ?? each.address })) };
  return { ...block, name, address, meta, body: pointed(block.body, addresses), of: (attribute) => new Reference(address, attribute) };
}

/** The same value, whose references point to where things are now. */
function pointed<Value>(value: Value, addresses: ReadonlyMap<string, string>): Value;
function pointed(value: unknown, addresses: ReadonlyMap<string, string>): unknown {
  if (value instanceof Reference) return new Reference(addresses.get(value.address) ?? value.address, value.attribute);
  if (value instanceof Expression) return new Expression(value.pieces.map((piece) => pointed(piece, addresses)));
  if (value instanceof Template) return new Template(value.pieces.map((piece) => pointed(piece, addresses)));
  if (Array.isArray(value)) return value.map((each) => pointed(each, addresses));
  if (value !== null && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, pointed(each, addresses)]));
  return value;
}

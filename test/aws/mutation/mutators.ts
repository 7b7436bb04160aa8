import { addressesIn, asBody, asList, texts, type Body } from "../../../src/aws/read/configuration.ts";
import { changed, eachOf, leaves, named, valueAt, type Mutant, type Mutator, type Path } from "./mutant.ts";

/** The block is gone. */
export const removed: Mutator = ({ address }) => [{ at: address, what: "removed", body: null }];

/** Each truth value is the other one. */
export const flipped = (...except: readonly string[]): Mutator => ({ address, body }) =>
  leaves(body).filter(({ path, value }) => (value === true || value === false || value === "true" || value === "false") && !except.includes(dotted(path)) && path[0] !== "lifecycle")
    .map(({ path, value }): Mutant => ({ at: address, what: `${dotted(path)} flipped`, body: changed(body, path, typeof value === "string" ? String(value === "false") : !value) }));

export const dotted = (path: Path): string => path.filter((key) => typeof key === "string").join(".");

/** An argument has another value, where it has one: each block of that name by itself. */
export const becomes = (name: string, value: unknown, what = `${name} is ${JSON.stringify(value)}`): Mutator => ({ address, body }) => {
  const [key = "", ...rest] = name.split(".");
  const found = rest.length === 0 ? [{ path: [key], value: body[key] }] : eachOf(body[key], [key]).flatMap((place) => deep(body, place, rest));
  return found.filter((each) => each.value !== undefined && JSON.stringify(each.value) !== JSON.stringify(value)).map(({ path }): Mutant => ({ at: address, what, body: changed(body, path, value) }));
};

function deep(body: Body, place: Path, [key, ...rest]: readonly string[]): readonly { readonly path: Path; readonly value: unknown }[] {
  if (key === undefined) return [{ path: place, value: valueAt(body, place) }];
  const inner = [...place, key];
  const value = valueAt(body, inner);
  return rest.length === 0 ? [{ path: inner, value }] : eachOf(value, inner).flatMap((each) => deep(body, each, rest));
}

/** An argument is not written. */
export const without = (...names: readonly string[]): Mutator => (block, all) => names.flatMap((name) => becomes(name, undefined, `${name} is not written`)(block, all));

/** Something that was not there is. */
export const added = (name: string, value: unknown): Mutator => ({ address, body }) =>
  body[name] === undefined ? [{ at: address, what: `${name} is added`, body: { ...body, [name]: value } }] : [];

/** What it refers to is another of the same type: each other once. */
export const swapped = (name: string, most = 3): Mutator => ({ address, body }, all) =>
  named(body, name).flatMap(({ path, value }) => {
    const [old] = addressesIn(value);
    const type = old?.replace(/\.[^.]+$/, "");
    const others = all.filter((each) => each.address !== old && each.address.replace(/\.[^.]+$/, "") === type && !addressesIn(value).includes(each.address)).slice(0, most);
    return others.map(({ address: other }): Mutant => ({
      at: address, what: `${name} is ${other}`,
      body: changed(body, path, Array.isArray(value) ? value.map((each: unknown, index) => (index === 0 ? String(each).replace(old ?? "", other) : each)) : String(value).replace(old ?? "", other)),
    }));
  });

/** Each of a list is not in it; a list of one stays. */
export const shortened = (name: string): Mutator => ({ address, body }) =>
  named(body, name).flatMap(({ path, value }) =>
    Array.isArray(value) && value.length > 1 ? value.map((each, index): Mutant => ({ at: address, what: `${name} without ${JSON.stringify(each).slice(0, 60)}`, body: changed(body, [...path, index], undefined) })) : [],
  );

/** Terraform may destroy it. */
export const unprotected: Mutator = ({ address, body }) =>
  asBody(body["lifecycle"])["prevent_destroy"] === true ? [{ at: address, what: "lifecycle.prevent_destroy is gone", body: changed(body, ["lifecycle", "prevent_destroy"], undefined) }] : [];

/** What is not held back by an order begins too early. */
export const unordered: Mutator = ({ address, body }) => (body["depends_on"] === undefined ? [] : [{ at: address, what: "depends_on is not written", body: changed(body, ["depends_on"], undefined) }]);

/** Every policy that stands in an argument as text: each statement gone, widened, turned round. */
export const policies: Mutator = ({ address, body }) =>
  Object.entries(body).flatMap(([key, value]) => {
    if (typeof value !== "string" || !value.includes('"Statement"')) return [];
    const document = asBody(JSON.parse(value));
    return asList(document["Statement"]).map(asBody).flatMap((statement, index) =>
      statementMutants(statement).map(([what, mutated]): Mutant => {
        const statements = asList(document["Statement"]).flatMap((each, place) => (place === index ? (mutated === null ? [] : [mutated]) : [each]));
        return { at: address, what: `${texts(statement["Sid"])[0] ?? index}: ${what}`, body: { ...body, [key]: JSON.stringify({ ...document, Statement: statements }) } };
      }),
    );
  });

function statementMutants(statement: Body): readonly (readonly [what: string, statement: Body | null])[] {
  const { Effect, Action, Resource, Principal, Condition } = statement;
  const denies = Effect === "Deny";
  const [service = ""] = (texts(Action)[0] ?? "").split(":");
  const lists = (["Action", "Resource"] as const).flatMap((key) =>
    texts(statement[key]).length > 1 ? texts(statement[key]).map((each) => [`${key} without ${each}`, { ...statement, [key]: texts(statement[key]).filter((other) => other !== each) }] as const) : []);
  const conditions = Object.entries(asBody(Condition)).flatMap(([operator, keys]) =>
    Object.keys(asBody(keys)).map((key) => [`Condition without ${key}`, changed(statement, ["Condition", operator, key], undefined)] as const));
  return [
    ["removed", null],
    ["Effect turned round", { ...statement, Effect: denies ? "Allow" : "Deny" }],
    ["Effect is neither", { ...statement, Effect: "Maybe" }],
    ...lists,
    ...(denies ? [] : [["Action is *", { ...statement, Action: "*" }] as const, [`Action is ${service}:*`, { ...statement, Action: `${service}:*` }] as const]),
    ...(Resource === undefined || Resource === "*" || denies ? [] : [["Resource is *", { ...statement, Resource: "*" }] as const]),
    ...(Condition === undefined ? [] : [["Condition gone", changed(statement, ["Condition"], undefined)] as const]),
    ...conditions,
    ...(Principal === undefined || denies ? [] : [["Principal is *", { ...statement, Principal: "*" }] as const, ["Principal is any of AWS", { ...statement, Principal: { AWS: "*" } }] as const]),
    ...(Principal === undefined || !denies ? [] : [["Principal is one account", { ...statement, Principal: { AWS: "arn:aws:iam::111122223333:root" } }] as const]),
  ];
}

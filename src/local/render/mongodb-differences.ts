import type { MongodbCommand, MongodbValue } from "./mongodb-access.ts";
import type { MongodbFlavour } from "./mongodb-placed.ts";

/** Something in which the server on this machine is not MongoDB. */
export interface MongodbDifference {
  readonly says: string;
  /** What `says` is proved by: the last command's answer here, and what MongoDB's would be. */
  readonly proof?: { readonly commands: readonly MongodbCommand["command"][]; readonly here: MongodbOutcome; readonly mongodb: MongodbOutcome };
}

/** What comes back: documents of the first batch, values of `distinct`, a count, or the refusal's number. */
export type MongodbOutcome = { readonly gives: MongodbValue } | { readonly refused: number };

const ORDERS: MongodbCommand["command"] = { insert: "orders", documents: [{ _id: 1, items: [{ q: 2 }, { q: 3 }] }] };
const PLACES = [[1, 10], [2, 1], [3, 5]].map(([id = 0, at = 0]) => ({ _id: id, at: { type: "Point", coordinates: [at, at] } }));

const aggregate = (stage: MongodbCommand["command"]): MongodbCommand["command"] => ({ aggregate: "orders", pipeline: [stage], cursor: {} });

/** Each is silently wrong, or refused, as measured. */
const SECANTUSDB: readonly MongodbDifference[] = [
  {
    says: "an expression that goes through an array of documents finds nothing: { $sum: '$items.q' } gives 0; $unwind first, or $map",
    proof: { commands: [ORDERS, aggregate({ $project: { sum: { $sum: "$items.q" } } })], here: { gives: [{ _id: 1, sum: 0 }] }, mongodb: { gives: [{ _id: 1, sum: 5 }] } },
  },
  {
    says: "'$items.q' by itself gives no field instead of the values, also after $lookup",
    proof: { commands: [ORDERS, aggregate({ $project: { all: "$items.q" } })], here: { gives: [{ _id: 1 }] }, mongodb: { gives: [{ _id: 1, all: [2, 3] }] } },
  },
  {
    says: "distinct on a field in an array of documents gives nothing",
    proof: { commands: [ORDERS, { distinct: "orders", key: "items.q" }], here: { gives: [] }, mongodb: { gives: [2, 3] } },
  },
  {
    says: "$near does not sort by distance; $geoNear does",
    proof: {
      commands: [
        { createIndexes: "places", indexes: [{ key: { at: "2dsphere" }, name: "at" }] },
        { insert: "places", documents: PLACES },
        { find: "places", filter: { at: { $near: { $geometry: { type: "Point", coordinates: [0, 0] } } } }, projection: { _id: 1 } },
      ],
      here: { gives: [{ _id: 1 }, { _id: 2 }, { _id: 3 }] },
      mongodb: { gives: [{ _id: 2 }, { _id: 3 }, { _id: 1 }] },
    },
  },
  {
    says: "capped collections grow without bounds",
    proof: {
      commands: [{ create: "capped", capped: true, size: 4096, max: 2 }, { insert: "capped", documents: [{ _id: 1 }, { _id: 2 }, { _id: 3 }] }, { count: "capped" }],
      here: { gives: 3 },
      mongodb: { gives: 2 },
    },
  },
  { says: "no text indexes and no $text", proof: { commands: [{ createIndexes: "orders", indexes: [{ key: { t: "text" }, name: "t" }] }], here: { refused: 67 }, mongodb: { gives: true } } },
  { says: "no hashed indexes", proof: { commands: [{ createIndexes: "orders", indexes: [{ key: { h: "hashed" }, name: "h" }] }], here: { refused: 67 }, mongodb: { gives: true } } },
  { says: "no JavaScript: $where and $function are refused", proof: { commands: [ORDERS, { find: "orders", filter: { $where: "this._id == 1" }, projection: { _id: 1 } }], here: { refused: 6108304 }, mongodb: { gives: [{ _id: 1 }] } } },
  { says: "a service may change a collection's rules (collMod) and rename it into another database; on AWS it may not" },
  { says: "a connection that is open when its user is dropped works until it is closed" },
  { says: "change streams resume from the last hour or 100,000 changes only" },
  { says: "sorting and grouping hold all their documents in memory, and take seconds for some ten thousand: what needs more than its limit ends the server" },
  { says: "some hundred writes a second, as each is flushed to the disk: measure speed on AWS" },
];

const EVERYWHERE: readonly MongodbDifference[] = [{ says: "connections are not encrypted: they never leave this machine" }];

/** What an application may meet on AWS and not here, or here and not there. */
export const MONGODB_DIFFERENCES: Readonly<Record<MongodbFlavour, readonly MongodbDifference[]>> = {
  secantusdb: [...SECANTUSDB, ...EVERYWHERE],
  mongod: EVERYWHERE,
};

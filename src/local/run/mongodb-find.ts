import { dirname } from "node:path";
import { Failure } from "../../kit/failure.ts";
import type { MongodbDatabase } from "../../model/database.ts";
import type { FoundServer, MissingServer, ServerSearch } from "./database-engine.ts";
import { compareVersions, findPython, findTool } from "./parts/index.ts";

/** Programs of the stand-in, by the names that we give them. */
const PYTHON = "secantusd-python";
const SCRIPT = "secantusd-py";

/** MongoDB's own server where it is on the PATH and new enough; else the stand-in, installed from PyPI on demand. */
export async function findMongodb(databases: readonly MongodbDatabase[], search: ServerSearch): Promise<FoundServer | MissingServer> {
  const wanted = databases.map(({ version }) => version).toSorted(compareVersions).at(-1) ?? "";
  const mongod = await findTool("mongod", search.path, ["--version"], /db version v(\d+\.\d+[\w.-]*)/);
  const mongosh = await findTool("mongosh", search.path, ["--version"], /(\d+\.\d+[\w.-]*)/);
  const client = mongosh === null ? {} : { mongosh: mongosh.path };
  if (mongod !== null && compareVersions(mongod.version, wanted) >= 0) {
    const programs = { mongod: mongod.path, ...client };
    return { product: "MongoDB", version: mongod.version, programs, root: null, libraryPath: null, substitutes: null, reads: [dirname(mongod.path)] };
  }
  const why = mongod === null ? `no mongod ${wanted} or newer is on the PATH` : `${mongod.path} is ${mongod.version}, older than ${wanted}`;
  if (search.exact === true) return { why, help: `install MongoDB ${wanted}: https://www.mongodb.com/docs/manual/administration/install-on-linux/` };
  return findStandIn(wanted, why, client, search);
}

async function findStandIn(wanted: string, why: string, client: Readonly<Record<string, string>>, search: ServerSearch): Promise<FoundServer | MissingServer> {
  try {
    const { product, version, programs, root, interpreter } = await findPython("secantusdb", search);
    const [python = "", ...words] = programs[SCRIPT] ?? [];
    const named = { [PYTHON]: python, [SCRIPT]: words.at(-1) ?? "", ...client };
    return { product, version, programs: named, root, libraryPath: null, substitutes: `MongoDB ${wanted}`, reads: [interpreter] };
  } catch (cause) {
    if (!(cause instanceof Failure) || (cause.code !== "part-missing" && cause.code !== "download-failed")) throw cause;
    return { why: `${why}, and ${cause.message}`, help: cause.hint ?? "./dailyge doctor" };
  }
}

/** Words that run a server, before its arguments. */
export function serverWords({ product, programs }: FoundServer): readonly string[] {
  return product === "MongoDB" ? [programs["mongod"] ?? ""] : [...pythonWords(programs), programs[SCRIPT] ?? ""];
}

/** Words that run a Python of the stand-in's environment: nothing around it changes what it is. */
export const pythonWords = (programs: FoundServer["programs"]): readonly string[] => [programs[PYTHON] ?? "", "-I", "-B"];

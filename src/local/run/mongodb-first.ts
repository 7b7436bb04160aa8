import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { Failure } from "../../kit/failure.ts";
import { administratorCommand } from "../render/mongodb-access.ts";
import { MONGODB_ADMINISTRATOR, mongodbFiles, type MongodbFlavour, type PlacedMongodb } from "../render/mongodb-placed.ts";
import type { FoundServer } from "./database-engine.ts";
import { becomeUser } from "./identity.ts";
import { converse, MongodbRefusal, NO_CONNECTION } from "./mongodb-client.ts";
import { pythonWords } from "./mongodb-find.ts";

/** Giving a server its administrator while nobody can connect to it. */
export interface FirstWords {
  readonly placed: PlacedMongodb;
  readonly server: FoundServer;
  /** The data that it is to be written into; no server works on it. */
  readonly directory: string;
  readonly password: string;
  /** Who the server runs as when we are root; otherwise null. */
  readonly user: number | null;
  /** Words before a command that let that user pass to its directories. */
  readonly enter: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** Makes the administrator, or gives it this password. */
export const GIVE_ADMINISTRATOR: Readonly<Record<MongodbFlavour, (words: FirstWords) => Promise<void>>> = { mongod: byMongod, secantusdb: bySecantusdb };

/** The stand-in knows no exception for a server without users: its own library writes the user, without a server. */
const WRITE_USER = `
# SPDX-License-Identifier: 0BSD
import sys
from secantus.auth import SCRAM_SHA_256, derive_credentials
from secantus.storage import Storage
directory, name = sys.argv[1:]
credentials = derive_credentials(sys.stdin.readline().rstrip("\\n"), mechanism=SCRAM_SHA_256).to_doc()
storage = Storage(directory, cache_size="32M", sync_on_commit=True)
try:
    user = {"_id": "admin." + name, "user": name, "db": "admin", "credentials": credentials}
    storage.add_user("admin", name, {**user, "roles": [{"role": "root", "db": "admin"}], "mechanisms": [SCRAM_SHA_256]}, replace=True)
finally:
    storage.close()
`;

async function bySecantusdb(words: FirstWords): Promise<void> {
  const child = start(words, [...pythonWords(words.server.programs), "-c", WRITE_USER, words.directory, MONGODB_ADMINISTRATOR]);
  child.process.stdin?.end(`${words.password}\n`);
  await child.ended;
  if (child.process.exitCode !== 0) throw unprepared(words, `it ended with ${child.process.exitCode ?? child.process.signalCode}`, child.said());
}

/** On a socket that only its user and root can reach, with neither users nor a port; then it is ended. */
async function byMongod(words: FirstWords): Promise<void> {
  const child = start(words, [words.server.programs["mongod"] ?? "", "--config", mongodbFiles(words.placed.configDirectory).first, "--dbpath", words.directory]);
  try {
    for (const end = Date.now() + 60_000; ; ) {
      const refused = await askForAdministrator(words).catch(noConnection);
      if (refused === null) break;
      if (child.process.exitCode !== null || child.process.signalCode !== null || Date.now() > end) throw unprepared(words, refused.message, child.said());
      await wait(50);
    }
  } finally {
    child.process.kill("SIGTERM");
    await child.ended;
  }
}

/** It is not there yet; anything else as it came. */
function noConnection(cause: unknown): MongodbRefusal {
  if (cause instanceof MongodbRefusal && cause.number === NO_CONNECTION) return cause;
  throw cause;
}

const askForAdministrator = ({ placed, password }: FirstWords): Promise<null> =>
  converse({ path: placed.firstSocket }, null, 10_000, async (run) => {
    const { users } = await run("admin", { usersInfo: MONGODB_ADMINISTRATOR });
    const { database, command } = administratorCommand(MONGODB_ADMINISTRATOR, password, Array.isArray(users) && users.length > 0);
    await run(database, command);
    return null;
  });

interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<unknown>;
  /** The end of what it has said. */
  said(): string;
}

function start({ user, enter, placed, signal }: FirstWords, command: readonly string[]): Running {
  const [program = "", ...words] = [...enter, ...(user === null ? [] : becomeUser(user)), ...command];
  const process = spawn(program, words, { cwd: placed.workDirectory, env: { LANG: "C.UTF-8" }, stdio: ["pipe", "pipe", "pipe"], ...(signal === undefined ? {} : { signal, killSignal: "SIGKILL" }) });
  let said = "";
  const hear = (text: string): void => void (said = (said + text).slice(-20_000));
  process.stdout.setEncoding("utf8").on("data", hear);
  process.stderr.setEncoding("utf8").on("data", hear);
  // What was killed does not read; its exit says why.
  process.stdin.on("error", () => {});
  process.on("error", (cause) => hear(`${cause.message}\n`));
  return { process, ended: once(process, "close").catch(() => {}), said: () => said };
}

function unprepared({ server, directory, signal }: FirstWords, why: string, said: string): Failure {
  if (signal?.aborted === true) return new Failure("cancelled", "the database was not prepared: it was called off");
  const full = /No space left/i.test(said);
  return new Failure(full ? "disk-full" : "start-failed", `cannot prepare ${directory} for ${server.product}: ${full ? "no space is left on its disk" : why}`, {
    hint: full ? "free some space, then: ./dailyge up" : "./dailyge doctor",
    details: said.trimEnd().split("\n").slice(-10),
  });
}

import { randomBytes } from "node:crypto";
import { readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../kit/failure.ts";
import { writeWhole } from "./files.ts";

/** Secrets of one platform on this machine: a 0600 file each, under a 0700 directory. */
export interface SecretStore {
  get(path: string): Promise<string | null>;
  /** @throws Failure `secret-missing` */
  demand(path: string): Promise<string>;
  set(path: string, value: string): Promise<void>;
  /** The value; made at random, 43 characters of base64url, where there is none. */
  generate(path: string): Promise<string>;
  unset(path: string): Promise<boolean>;
  list(path: string): Promise<readonly string[]>;
}

export function secretStore(directory: string): SecretStore {
  const file = (path: string): string => join(directory, path);
  const get = (path: string): Promise<string | null> => readFile(file(path), "utf8").catch(() => null);
  const set = (path: string, value: string): Promise<void> => writeWhole(file(path), value);
  return {
    get,
    set,
    async demand(path) {
      const value = await get(path);
      if (value !== null) return value;
      const [, service, name] = path.split("/");
      throw new Failure("secret-missing", `the secret ${path} has no value: nobody has set it`, { hint: `./dailyge secret set ${service} ${name}` });
    },
    async generate(path) {
      const known = await get(path);
      if (known !== null) return known;
      const made = randomBytes(32).toString("base64url");
      await set(path, made);
      return made;
    },
    async unset(path) {
      if ((await get(path)) === null) return false;
      await rm(file(path), { force: true });
      return true;
    },
    list: (path) => readdir(file(path)).catch(() => []),
  };
}

import { createHash } from "node:crypto";

/** One numbered file of `migrations/`. It is never changed once it has been applied: the next change is the next file. */
export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

/** What the database remembers of it: how many of its statements are done, and what they were. */
export interface Applied {
  readonly name: string;
  readonly statements: number;
  readonly checksum: string;
  readonly finished: boolean;
}

/** A migration that cannot be applied; nothing has been changed by finding out. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

/** `files` are names and texts in any order. */
export function readMigrations(files: readonly (readonly [name: string, text: string])[]): readonly Migration[] {
  const migrations = files.map(([file, text]) => {
    if (!/^\d{4}-[a-z0-9-]+\.sql$/.test(file)) throw new MigrationError(`${file} must be called like 0001-what-it-does.sql`);
    const statements = splitStatements(text);
    if (statements.length === 0) throw new MigrationError(`${file} has no statement`);
    return { name: file.slice(0, -".sql".length), statements };
  }).sort((one, other) => (one.name < other.name ? -1 : 1));
  for (const [index, { name }] of migrations.entries()) {
    const before = migrations[index - 1]?.name;
    if (before?.slice(0, 4) === name.slice(0, 4)) throw new MigrationError(`${before} and ${name} have the same number`);
  }
  return migrations;
}

/** Statements end with `;` at the end of a line; lines that begin with `--` are comments. */
export function splitStatements(text: string): readonly string[] {
  const lines = text.split(/\r?\n/).filter((line) => !line.trimStart().startsWith("--"));
  return lines.join("\n").split(/;[ \t]*(?:\n|$)/).map((statement) => statement.trim()).filter((statement) => statement !== "");
}

export function checksum(statements: readonly string[]): string {
  return createHash("sha256").update(statements.join(";\n")).digest("hex");
}

/** The migrations with statements left to do, and how many are done; throws where one that was applied has changed since. */
export function remaining(migrations: readonly Migration[], applied: readonly Applied[]): readonly { readonly migration: Migration; readonly done: number }[] {
  return migrations.flatMap((migration) => {
    const before = applied.find(({ name }) => name === migration.name);
    if (!before) return [{ migration, done: 0 }];
    const same = checksum(migration.statements.slice(0, before.statements)) === before.checksum;
    if (!same || (before.finished && migration.statements.length !== before.statements)) {
      throw new MigrationError(`${migration.name} is not what was applied: take the change back and write it as a new migration`);
    }
    return before.finished ? [] : [{ migration, done: before.statements }];
  });
}

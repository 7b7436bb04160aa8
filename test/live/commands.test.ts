import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { asRoot, service, sharePlatform, withNotes, type Told } from "./fixture.ts";

/** Everything that programs of this machine were started with, and that is written below a directory but for the secrets. */
function readable(directory: string): string {
  const commands = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry)).map((pid) => read(`/proc/${pid}/cmdline`));
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((file) => /^(logs\/|state\.json)/.test(file));
  return [...commands, ...files.map((file) => read(join(directory, file)))].join("\n");
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

const SEED = `LD_LIBRARY_PATH="$SQL_LIBRARIES" MYSQL_PWD="$DB_PASSWORD" "$SQL_CLIENT" --no-defaults --protocol=tcp --host="$DB_HOST" --port="$DB_PORT" --user="$DB_USER" --execute="INSERT INTO notes (text) VALUES ('seeded')" "$DB_DATABASE"`;

describe("what one does beside a running platform", async () => {
  const parts = {
    databases: { db: { engine: "mysql" } },
    services: { api: service({ ...(await withNotes()), seed: SEED, secrets: [{ name: "KEY", generate: true }] }), other: service({ seed: "echo 'nothing to eat' >&2; exit 4" }, "other") },
  } as const;
  const platform = sharePlatform(parts);
  const variables = async (...words: readonly string[]): Promise<Readonly<Record<string, string>>> => {
    const told = await platform.run("env", "api", "--json", ...words);
    return Object.fromEntries((JSON.parse(told.out) as { name: string; value: string }[]).map(({ name, value }) => [name, value]));
  };

  test("before it is up, each says so", async () => {
    const words = [["exec", "api", "--", "true"], ["env", "api"], ["shell", "db"], ["seed"], ["run", "api"]];
    for (const command of words) expect(await platform.run(...command)).toMatchObject({ code: 2, err: expect.stringContaining("next: ./dailyge up") });
    await platform.up();
  });

  test("exec: the service's user, directory and variables; input, output and exit code pass through", async () => {
    const { uid, release } = JSON.parse((await platform.ask("/")).body) as { uid: number; release: string };
    const script = 'echo "$(id -u) $RELEASE $DB_USER ${PORT-no port}"; ls server.ts; cat; echo trouble >&2; exit 7';
    const told = await platform.startWith({ input: "a line\n" }, "exec", "api", "--", "sh", "-c", script).ended();
    expect(told).toEqual({ code: 7, out: `${uid} ${release} api no port\nserver.ts\na line\n`, err: "trouble\n" });
    if (asRoot) expect(uid).toBeGreaterThanOrEqual(20_000);
    expect((await platform.run("exec", "api", "node", "--", "--help")).out).toContain("Usage: node");
  });

  test("exec: a signal reaches the command, and a terminal is one", async () => {
    const command = platform.start("exec", "api", "--", "sh", "-c", "trap 'echo ending; exit 9' TERM; echo ready; while :; do sleep 0.05; done");
    await command.says("ready");
    command.signal("SIGTERM");
    expect(await command.ended()).toMatchObject({ code: 9, out: "ready\nending\n" });

    const terminal = platform.onTerminal("exec", "api", "--", "sh", "-c", 'trap "echo trapped; exit 5" INT; test -t 0 && test -t 1 && echo "on a terminal"; read -r line; echo "read: $line"; while :; do sleep 0.05; done');
    await terminal.says("on a terminal");
    terminal.type("hello\n");
    await terminal.says("read: hello");
    terminal.type("\u0003");
    expect((await terminal.ended()).out).toMatch(/read: hello\r\n\^Ctrapped\r\n$/);
  });

  test("env masks secrets unless it is to show them", async () => {
    const masked = await variables();
    expect(masked).toMatchObject({ DB_USER: "api", DB_PASSWORD: "[redacted]", KEY: "[redacted]", DB_URL: expect.stringMatching(/^mysql:\/\/api:\[redacted\]@127\.0\.0\.1:\d+\/db$/) });
    const shown = await variables("--show");
    expect(shown["KEY"]).toMatch(/^[\w-]{43}$/);
    expect(shown["DB_URL"]).toContain(`:${shown["DB_PASSWORD"]}@`);
    expect((await platform.run("env", "api")).out).toContain("DB_PASSWORD='[redacted]'\n");
    expect((await platform.run("env", "api", "--show")).out).toContain(`DB_PASSWORD=${shown["DB_PASSWORD"]}\n`);
  });

  test("shell: the database's client, as administrator or as a service; no secret is where others could read it", async () => {
    const query = async (...words: readonly string[]): Promise<Told> => platform.startWith({ input: "SELECT CURRENT_USER();\n" }, "shell", "db", ...words).ended();
    expect((await query()).out).toBe("CURRENT_USER()\nroot@localhost\n");
    expect((await query("--as", "api")).out).toBe("CURRENT_USER()\napi@127.0.0.1\n");
    const terminal = platform.onTerminal("shell", "db", "--as", "api");
    terminal.type("SELECT 6 * 7 AS answer;\n");
    await terminal.says(/\| +42 \|/);
    const found = readable(platform.state());
    terminal.type("exit\n");
    expect((await terminal.ended()).code).toBe(0);
    const { DB_PASSWORD = "?", KEY = "?" } = await variables("--show");
    expect([found.includes("--user=api"), found.includes(DB_PASSWORD), found.includes(KEY)]).toEqual([true, false, false]);
  });

  test("seed fills the databases, and says which command failed", async () => {
    expect(await platform.run("seed", "api")).toMatchObject({ code: 0 });
    expect((await platform.ask("/notes")).body).toBe("seeded\n");
    const all = await platform.run("seed");
    expect(all).toMatchObject({ code: 2 });
    expect(all.err).toMatch(/^api: LD_LIB.*\nother: echo.*\nnothing to eat\ndailyge: cannot seed other: ".*" ended with 4\n  next: correct it/);
    expect((await platform.ask("/notes")).body).toBe("seeded\nseeded\n");
  });

  test("a guarded environment is seeded only by its name", async () => {
    platform.write("platform.ts", readFileSync(join(platform.directory, "platform.ts"), "utf8").replace('dev: { branch: "dev" }', 'dev: { branch: "dev", guarded: true }'));
    await platform.up();
    for (const words of [[], ["--confirm", "prod"]]) expect(await platform.run("seed", "api", ...words)).toMatchObject({ code: 2, err: expect.stringContaining("--confirm dev") });
    const terminal = platform.onTerminal("seed", "api");
    await terminal.says("type its name: ");
    terminal.type("yes\n");
    expect(await terminal.ended()).toMatchObject({ code: 2, out: expect.stringContaining("nothing was seeded") });
    expect((await platform.ask("/notes")).body).toBe("seeded\nseeded\n");
    expect(await platform.run("seed", "api", "--confirm", "dev")).toMatchObject({ code: 0 });
    expect((await platform.ask("/notes")).body).toBe("seeded\nseeded\nseeded\n");
  });

  test("what is not there is named", async () => {
    const wrong: readonly (readonly [words: readonly string[], says: string])[] = [
      [["exec", "apu", "--", "ls"], "no service or site apu"],
      [["exec", "api"], "exec needs a service and a command"],
      [["exec", "api", "--", "nosuchprogram"], "nosuchprogram"],
      [["env"], "env needs the name of one service"],
      [["shell", "redis"], "it has: db"],
      [["shell", "db", "SELECT 1"], "next: ./dailyge shell db -- SELECT 1"],
      [["shell", "db", "--as", "other"], "other does not use db"],
      [["seed", "apu"], "no service apu"],
      [["run", "api"], "api has no schedule: it runs all the time"],
    ];
    const told = await Promise.all(wrong.map(([words]) => platform.run(...words)));
    expect(told.map(({ code }) => code)).toEqual([2, 2, asRoot ? 127 : 2, 2, 2, 2, 2, 2, 2]);
    told.forEach(({ err }, index) => expect(err).toContain(wrong[index]?.[1]));
  });
});

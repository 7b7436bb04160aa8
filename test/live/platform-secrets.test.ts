import { readdirSync, readFileSync, statSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PartsDefinition } from "../../src/definition/parts.ts";
import { controlSocket } from "../../src/local/run/sockets.ts";
import { asRoot, service, sharePlatform, withNotes } from "./fixture.ts";
import { processesOf } from "./fixture-residue.ts";

const VALUE = "correct-horse-battery-staple";

const parts = {
  services: { api: service({ ...(await withNotes()), secrets: ["MAIL_KEY", { name: "JWT_KEY", generate: true }] }) },
  databases: { db: { engine: "mysql" } },
} satisfies PartsDefinition;

/** Every file below a directory. */
const filesBelow = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));

describe("secrets", () => {
  const platform = sharePlatform(parts);

  test("one that is missing is a finding with its command, and nothing starts", async () => {
    const told = await platform.run("up", "--detach");
    expect(told).toMatchObject({ code: 1, out: "" });
    expect(told.err).toContain("services.api.secrets[0]");
    expect(told.err).toContain("./dailyge secret set api MAIL_KEY");
    expect(told.err).not.toContain("JWT_KEY");
    expect(processesOf(platform.top)).toEqual([]);
    const { findings } = JSON.parse((await platform.run("up", "--detach", "--json")).out) as { findings: readonly object[] };
    expect(findings).toMatchObject([{ rule: "missing-secret", path: "services.api.secrets[0]" }]);
  });

  test("set from stdin, listed, unset; a name that there is not is corrected", async () => {
    const set = platform.startWith({ input: `${VALUE}\n` }, "secret", "set", "api", "MAIL_KEY");
    expect(await set.ended()).toMatchObject({ code: 0, out: "" });
    const list = await platform.run("secret", "list");
    expect(list.out).toMatch(/^api +MAIL_KEY +set$/m);
    expect(list.out).toMatch(/^api +JWT_KEY +generated at the first up$/m);
    expect((await platform.run("secret", "set", "api", "MAIL_KEI")).err).toContain("did you mean MAIL_KEY?");
    const onTheLine = await platform.run("secret", "set", "api", "MAIL_KEY", "other");
    expect(onTheLine).toMatchObject({ code: 2 });
    expect(await platform.startWith({ input: "" }, "secret", "set", "api", "MAIL_KEY").ended()).toMatchObject({ code: 2 });
    expect(await platform.run("secret", "unset", "api", "MAIL_KEY")).toMatchObject({ code: 0 });
    expect((await platform.run("secret", "list")).out).toMatch(/^api +MAIL_KEY +missing$/m);
    expect(await platform.startWith({ input: VALUE }, "secret", "set", "api", "MAIL_KEY").ended()).toMatchObject({ code: 0 });
  });

  test("the service gets them, a changed one with the next up", async () => {
    await platform.up();
    expect((await platform.ask("/variable?name=MAIL_KEY")).body).toBe(VALUE);
    const generated = (await platform.ask("/variable?name=JWT_KEY")).body;
    expect(generated).toMatch(/^[\w-]{43}$/);
    const before = await platform.pids();
    await platform.startWith({ input: "another" }, "secret", "set", "api", "MAIL_KEY").ended();
    await platform.up();
    expect((await platform.ask("/variable?name=MAIL_KEY")).body).toBe("another");
    expect((await platform.ask("/variable?name=JWT_KEY")).body).toBe(generated);
    expect(await platform.pids()).toMatchObject({ edge: before["edge"], db: before["db"] });
    await platform.startWith({ input: VALUE }, "secret", "set", "api", "MAIL_KEY").ended();
    await platform.up();
  });

  test("a value is in files of its owner alone, in no command line, log, state, status, model or plan", async () => {
    const password = (await platform.ask("/variable?name=DB_PASSWORD")).body;
    expect(password.length).toBeGreaterThan(20);
    const plan = join(platform.top, "plan");
    const planned = await platform.run("plan", "--out", plan);
    expect(planned, planned.err).toMatchObject({ code: 0 });
    const said = [
      ...(await Promise.all([platform.run("status"), platform.run("status", "--json"), platform.run("model", "--json"), platform.run("logs", "--lines", "0"), platform.run("secret", "list", "--json")])).map(({ out, err }) => out + err),
      ...processesOf(platform.top).map(({ command }) => command),
      ...filesBelow(plan).map((file) => readFileSync(file, "utf8")),
    ].join("\n");
    for (const secret of [VALUE, password]) {
      expect(said).not.toContain(secret);
      for (const file of filesBelow(platform.state())) {
        if (!readFileSync(file, "latin1").includes(secret)) continue;
        expect([file, statSync(file).mode & 0o077]).toEqual([file, 0]);
      }
    }
    expect(readFileSync(join(platform.state(), "state.json"), "utf8")).not.toContain(VALUE);
  });

  test("control socket and secrets are their owner's", () => {
    const socket = controlSocket(platform.state());
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(statSync(join(platform.state(), "secrets/services/api/MAIL_KEY")).mode & 0o777).toBe(0o600);
    expect(statSync(join(platform.state(), "state.json")).mode & 0o777).toBe(0o600);
  });

  test.runIf(asRoot)("another user can neither command it nor read a secret", () => {
    const tries = `
      import { connect } from "node:net";
      import { readFileSync } from "node:fs";
      try { readFileSync(process.argv[2]); console.log("read") } catch (error) { console.log(error.code) }
      connect(process.argv[1]).on("error", (error) => console.log(error.code)).on("connect", () => { console.log("connected"); process.exit() });
    `;
    const files = [controlSocket(platform.state()), join(platform.state(), "secrets/services/api/MAIL_KEY")];
    const { stdout } = spawnSync("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, "--input-type=module", "--eval", tries, ...files], { encoding: "utf8" });
    expect(stdout).toBe("EACCES\nEACCES\n");
  });
});

import { createServer } from "node:net";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { prepareDatabase } from "../../src/local/run/mysql-prepare.ts";
import type { DatabaseServer } from "../../src/local/run/mysql-template.ts";
import { database, findServer, makeStand, nobody, Stand, temporaryDirectory } from "./mysql-fixture.ts";

let server: DatabaseServer;
let cache: string;
beforeAll(async () => {
  cache = temporaryDirectory();
  server = await findServer(cache);
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const API = { name: "api", password: "secret" };

describe("a database that is killed", () => {
  test("keeps every write that it has acknowledged", async () => {
    const stand = await makeStand(server, cache);
    await stand.up();
    await stand.opened.grantAccess([API]);
    await stand.as(API.name, API.password, "CREATE TABLE my_sql.kept (id INT PRIMARY KEY)");
    let acknowledged = 0;
    for (let round = 0; round < 5; round += 1) {
      const killed = wait(300 + round * 70).then(() => stand.stop("SIGKILL"));
      for (;;) {
        const answer = await stand.as(API.name, API.password, `INSERT IGNORE INTO my_sql.kept VALUES (${acknowledged + 1})`);
        if ("refused" in answer) break;
        acknowledged += 1;
      }
      await killed;
      await stand.up();
      const answer = await stand.as(API.name, API.password, `SELECT COUNT(*) AS n FROM my_sql.kept WHERE id <= ${acknowledged}`);
      expect(answer).toEqual({ rows: [{ n: String(acknowledged) }] });
    }
    expect(acknowledged).toBeGreaterThan(20);
  });

  test("in the middle of being prepared is prepared again, whole", async () => {
    const stand = await makeStand(server, `${cache}/of-its-own`);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 150);
    const preparation = { server, cache: stand.cache, user: nobody, rootPassword: "x", signal: controller.signal };
    await expect(prepareDatabase(database, stand.placed, preparation)).rejects.toMatchObject({ code: "cancelled" });
    // What a kill -9 leaves behind.
    mkdirSync(`${stand.placed.dataDirectory}.unfinished-000000/mysql`, { recursive: true });
    await stand.up();
    expect(await stand.prepare()).toBe("kept");
    expect(readdirSync(`${stand.directory}/data`)).toEqual(["mysql"]);
  });
});

describe("a database that cannot start says why", () => {
  test("another server works on its data", async () => {
    const stand = await makeStand(server, cache);
    await stand.up();
    const second = new Stand(server, stand.directory, cache, stand.placed.port + 1, { workDirectory: `${stand.directory}/work/second`, socket: `${stand.directory}/work/second/s` });
    onTestFinished(() => second.stop("SIGKILL"));
    second.start();
    await expect(second.opened.waitUntilReady(second.watch(4))).rejects.toMatchObject({ code: "state-busy" });
    expect(await stand.opened.ping()).toBe(true);
  });

  test("its port is taken", async () => {
    const stand = await makeStand(server, cache);
    const other = createServer().listen(stand.placed.port, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    await expect(stand.up()).rejects.toMatchObject({ code: "port-taken", message: expect.stringMatching(`127.0.0.1:${stand.placed.port}: .*\\(process ${process.pid}\\)`) });
  });

  test("its data is damaged", async () => {
    const stand = await makeStand(server, cache);
    await stand.up();
    await stand.stop();
    writeFileSync(`${stand.placed.dataDirectory}/ibdata1`, Buffer.alloc(65_536, 7));
    await expect(stand.up()).rejects.toMatchObject({ code: "state-corrupt", details: expect.arrayContaining([expect.stringMatching(/ERROR/)]) });
  });

  test.each([
    ["a newer series has written it", { flavour: "mariadb", version: "99.1.0" }, /MariaDB 99\.1\.0 has written it/],
    ["another product has written it", { flavour: "mysql", version: "8.4.3" }, /MySQL 8\.4\.3 has written it/],
    ["it is not ours", null, /something that is not ours/],
  ])("%s", async (_, mark, message) => {
    const stand = await makeStand(server, cache);
    mkdirSync(stand.placed.dataDirectory, { recursive: true });
    writeFileSync(`${stand.placed.dataDirectory}/ibdata1`, "precious");
    if (mark !== null) writeFileSync(`${stand.placed.dataDirectory}/dailyge-database.json`, JSON.stringify(mark));
    await expect(stand.prepare()).rejects.toMatchObject({ code: "state-foreign", message: expect.stringMatching(message) });
    expect(readFileSync(`${stand.placed.dataDirectory}/ibdata1`, "utf8")).toBe("precious");
  });

  test("the machine does not know its time zone", async () => {
    const stand = await makeStand(server, cache, { timezone: "Mars/Olympus" });
    await expect(stand.prepare()).rejects.toMatchObject({ code: "part-missing", hint: "sudo apt-get install tzdata" });
    expect(existsSync(stand.placed.dataDirectory)).toBe(false);
  });

  test("its process is not there at all", async () => {
    const stand = await makeStand(server, cache);
    await stand.prepare();
    await expect(stand.opened.waitUntilReady(stand.watch())).rejects.toMatchObject({ code: "start-failed" });
  });

  test("it was started with another administrator's password", async () => {
    const stand = await makeStand(server, cache);
    await stand.up();
    await stand.prepare("another");
    await expect(stand.opened.waitUntilReady(stand.watch())).rejects.toMatchObject({ code: "permission" });
    await stand.stop();
    await stand.prepare("another");
    stand.start();
    await stand.opened.waitUntilReady(stand.watch());
  });

  test.runIf(nobody !== null)("its disk is full, first and later", async () => {
    const disk = temporaryDirectory();
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m,mode=755", "tmpfs", disk]);
    const stand = new Stand(server, disk, cache, 1);
    onTestFinished(async () => {
      await stand.stop("SIGKILL");
      execFileSync("umount", ["-l", disk]);
      rmSync(disk, { recursive: true, force: true });
    });
    await expect(stand.prepare()).rejects.toMatchObject({ code: "disk-full" });
    expect(readdirSync(`${disk}/data`)).toEqual([]);
    execFileSync("mount", ["-o", "remount,size=80m", disk]);
    const roomy = new Stand(server, disk, cache, stand.placed.port + 20_000);
    onTestFinished(() => roomy.stop("SIGKILL"));
    await roomy.prepare();
    writeFileSync(`${disk}/filler`, Buffer.alloc(60 * 1024 * 1024).subarray(0, freeBytes(disk) - 200_000));
    roomy.start();
    await expect(roomy.opened.waitUntilReady(roomy.watch())).rejects.toMatchObject({ code: "disk-full" });
    rmSync(`${disk}/filler`);
    await roomy.up();
  });
});

const freeBytes = (directory: string): number => Number(execFileSync("df", ["--output=avail", "-B1", directory], { encoding: "utf8" }).split("\n")[1]);

test("a database that accepts connections and does not answer is not healthy", async () => {
  const stand = await makeStand(server, cache);
  await stand.up();
  expect(await stand.opened.ping()).toBe(true);
  stand.child?.kill("SIGSTOP");
  expect(await stand.opened.ping(500)).toBe(false);
  await expect(stand.opened.waitUntilReady(stand.watch(1))).rejects.toMatchObject({ message: expect.stringMatching(/does not answer/) });
  stand.child?.kill("SIGCONT");
  await stand.opened.waitUntilReady(stand.watch());
  await stand.stop();
  expect(await stand.opened.ping(500)).toBe(false);
});

import { closeSync, openSync, readFileSync, rmSync, truncateSync, writeSync } from "node:fs";
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findParts, type FoundPart } from "../../src/local/run/parts/index.ts";
import { CACHE } from "./fixture.ts";
import { DEVICE, fileSystemPackages, startInstance, usersOf, type Instance } from "./stored/instance.ts";
import { whyNoMachine } from "./stored/machine.ts";

/** What an instance on AWS does when it starts, with a real volume, file system and server, on a machine that is made for it. */
const { packages, directory, missing } = fileSystemPackages();
const why = whyNoMachine() ?? missing;
if (why !== null) console.warn(`Skipped: the boot program of databases on AWS is not run, because ${why}.`);

const MEGABYTE = 1_024 * 1_024;
const PROGRAM = "/usr/local/sbin/platform-database";
/** Waits until the server knows its administrator, and its data. */
const ANSWERS = [
  "left=200",
  String.raw`until printf 'AUTH platform %s\nDBSIZE\n' "$(cat /data/platform/administrator)" | valkey-cli -s /run/platform/redis.sock 2> /dev/null | grep -q '^[0-9]'`,
  "do left=$((left - 1)); [ $left -gt 0 ] || { cat /srv/log; exit 1; }; sleep 0.1; done",
].join("; ");

function overwrite(file: string, position: number, bytes: readonly number[] | Buffer): void {
  const open = openSync(file, "r+");
  writeSync(open, Buffer.from(bytes), 0, bytes.length, position);
  closeSync(open);
}

/** The superblock of a member of a software RAID, version 1.0, in a file of 64 MB. https://raid.wiki.kernel.org/index.php/RAID_superblock_formats */
function markRaid(image: string): void {
  const sector = (64 * MEGABYTE - 8_192) / 512;
  const block = Buffer.alloc(256);
  block.writeUInt32LE(0xa92b4efc, 0);
  block.writeUInt32LE(1, 4);
  block.writeBigUInt64LE(BigInt(sector), 144);
  overwrite(image, sector * 512, block);
}

/** What may be on a volume that is not ours to format. */
const HELD: readonly (readonly [string, (image: string) => void])[] = [
  ["another file system", (image) => execFileSync("mkfs.ext4", ["-q", image])],
  ["one of another database", (image) => execFileSync("mkfs.ext4", ["-q", "-L", "mongodb", image])],
  ["a table of partitions", (image) => overwrite(image, 510, [0x55, 0xaa])],
  ["the mark of a RAID at its very end", markRaid],
  ["bytes that no program knows", (image) => overwrite(image, 9_000_000, Buffer.from("somebody's"))],
];

const digest = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

describe.skipIf(why !== null)("an instance for a database", () => {
  let redis: FoundPart;
  beforeAll(async () => {
    ({ redis } = await findParts(["redis"], { cache: CACHE, path: process.env["PATH"] ?? "", progress: () => {} }));
  });
  afterAll(() => {
    if (directory !== null) rmSync(directory, { recursive: true });
  });
  const start = () => startInstance("baskets", redis, packages);

  /** Everything that systemd does at a start of the machine. */
  async function boot({ machine }: Instance): Promise<void> {
    await machine.must(`${PROGRAM} prepare`);
    await machine.must("systemctl start platform-database.service");
    await machine.must(ANSWERS);
    await machine.must(`${PROGRAM} access`);
  }

  test("waits for its volume, and writes nothing where that is missing", async () => {
    const { machine, attach } = await start();
    const waiting = machine.run(`timeout 60 ${PROGRAM} prepare`);
    await machine.must("until pgrep -f '[p]latform-database prepare' > /dev/null; do sleep 0.1; done; sleep 1");
    expect(await machine.run("ls /data /srv/dnf-calls")).toMatchObject({ code: 2 });
    await attach();
    expect(await waiting).toMatchObject({ code: 0 });
    expect(await machine.must("findmnt -nro FSTYPE,LABEL --mountpoint /data")).toBe("xfs redis");
  });

  test("serves each linked service its own keys, over TLS alone, and nobody else", async () => {
    const instance = await start();
    const { machine, attach, ask } = instance;
    await attach();
    await boot(instance);
    const searcher = (...commands: readonly string[]) => ask("searcher", "SearchersPassword1", ...commands);
    expect(await searcher("SET searcher:a 1", "GET searcher:a", "EVAL 'return redis.call(\"INCR\",KEYS[1])' 1 searcher:a")).toBe("OK\n1\n2");
    for (const command of ["GET admin:a", "SET other 1", "KEYS *", "FLUSHALL", "CONFIG GET dir", "ACL LIST", "PUBLISH admin:news 1", "FUNCTION LIST"]) {
      expect(await searcher(command), command).toContain("NOPERM");
    }
    expect(await ask("searcher", "AdminsPassword1", "PING")).toContain("WRONGPASS");
    expect(await ask("default", "", "PING")).toMatch(/NOAUTH|WRONGPASS/);
    expect(await machine.run("redis_cli=/srv/client; timeout 5 $redis_cli -h 127.0.0.1 PING")).toMatchObject({ output: expect.not.stringContaining("PONG") });
    await machine.must("! command -v systemd-analyze > /dev/null || systemd-analyze verify /etc/systemd/system/platform-*");
    const administrator = (command: string) =>
      machine.must(`printf 'AUTH platform %s\\n${command}\\n' "$(cat /data/platform/administrator)" | valkey-cli -s /run/platform/redis.sock | tail -n 1`);
    expect(await administrator("CONFIG GET maxmemory")).toBe(String(256 * 1_024 * 1_024));
    expect(await administrator("CONFIG GET maxmemory-policy")).toBe("allkeys-lru");
    expect(await administrator("CONFIG GET appendfsync")).toBe("everysec");
    expect(await machine.must("stat -c '%U %a' /data/store /data/platform/administrator")).toBe("valkey 700\nroot 600");
    expect(await machine.must("cat /srv/aws-calls /srv/log; cat /proc/[0-9]*/cmdline | tr '\\0' ' '; grep -r '[P]assword1' /data/platform /etc/platform || true")).not.toContain("Password1");
  });

  test("changes nothing when it runs again, and keeps its data over a restart without AWS", async () => {
    const instance = await start();
    const { machine, attach, ask } = instance;
    await attach();
    await boot(instance);
    await ask("admin", "AdminsPassword1", "SET admin:kept 1");
    const state = () => machine.must("cat /srv/pid /srv/dnf-calls; blkid -p -o value -s UUID $(readlink -f /dev/disk/by-id/*); find /data/platform /etc -type f ! -name '*.seen' ! -name users -exec sha256sum {} + | sort");
    const before = await state();
    await boot({ ...instance, machine: { ...machine, must: (line) => (line.startsWith("systemctl") ? Promise.resolve("") : machine.must(line)) } });
    expect(await state()).toBe(before);
    await machine.must("kill -9 $(cat /srv/pid); rm /srv/pid; until umount /data; do sleep 0.1; done; rm -r /run/platform; touch /srv/aws/off");
    expect(await machine.must(`${PROGRAM} prepare 2>&1; systemctl start platform-database.service; ${ANSWERS}; findmnt -nro LABEL --mountpoint /data`)).toContain("redis");
    expect(await ask("admin", "AdminsPassword1", "GET admin:kept")).toBe("1");
  });

  test("follows its users and its configuration within a minute, without losing data", async () => {
    const instance = await start();
    const { machine, attach, ask, put, setPassword } = instance;
    await attach();
    await boot(instance);
    await ask("searcher", "SearchersPassword1", "SET searcher:a 1");
    await setPassword("searcher", "SearchersPassword2");
    await put("users", usersOf("baskets").split("\n").filter((line) => !line.startsWith("admin ")).join("\n").replace("known-later", "another-version"));
    await machine.must(`${PROGRAM} access`);
    expect(await ask("searcher", "SearchersPassword1", "PING")).toContain("WRONGPASS");
    expect(await ask("searcher", "SearchersPassword2", "GET searcher:a")).toBe("1");
    expect(await ask("admin", "AdminsPassword1", "PING")).toContain("WRONGPASS");
    const server = await machine.must("cat /srv/pid");
    const configuration = await machine.must("cat /data/platform/configuration");
    await put("configuration", configuration.replace("256mb", "300mb"));
    await machine.must(`${PROGRAM} access`);
    await machine.must(ANSWERS);
    expect(await machine.must("cat /srv/pid")).not.toBe(server);
    expect(await ask("searcher", "SearchersPassword2", "GET searcher:a")).toBe("1");
  });

  test("tells CloudWatch what its server says, from a log that has an end, and needs it for nothing", async () => {
    const instance = await start();
    const { machine, attach, ask } = instance;
    await attach();
    await machine.must("touch /srv/agent-off");
    await boot(instance);
    expect(await ask("admin", "AdminsPassword1", "SET admin:a 1")).toBe("OK");
    expect(await machine.must(`${PROGRAM} access 2>&1`)).toBe("platform-database: the CloudWatch agent does not run yet");
    await machine.must(`rm /srv/agent-off; truncate -s 30M /var/log/platform/database.log; echo kept > /var/log/platform/program.log; ${PROGRAM} access; ${PROGRAM} access`);
    expect(await machine.must("cat /srv/agent-calls; stat -c '%n %s' /var/log/platform/*")).toBe(
      "-a fetch-config -m ec2 -s -c file:/etc/platform/agent.json\n/var/log/platform/database.log 0\n/var/log/platform/program.log 5",
    );
  });

  test("goes on when its volume is full, with the files that it had, and takes the new ones once there is room", async () => {
    const instance = await start();
    const { machine, attach, ask, put } = instance;
    await attach();
    await boot(instance);
    await ask("admin", "AdminsPassword1", "SET admin:a 1");
    const before = await machine.must("cat /srv/pid /data/platform/configuration /data/platform/users.acl | sha256sum");
    await machine.must("! dd if=/dev/zero of=/data/store/fill bs=1M 2> /dev/null; ! dd if=/dev/zero of=/data/store/rest bs=1 2> /dev/null; df /data | grep -q 100%");
    await put("configuration", (await machine.must("cat /data/platform/configuration")).replace("256mb", "300mb"));
    await put("users", usersOf("baskets").split("\n").filter((line) => !line.startsWith("admin ")).join("\n"));
    for (const verb of ["access", "prepare"]) expect(await machine.run(`${PROGRAM} ${verb}`), verb).toMatchObject({ output: expect.stringContaining("No space left on device") });
    expect(await machine.must("cat /srv/pid /data/platform/configuration /data/platform/users.acl | sha256sum")).toBe(before);
    expect(await ask("admin", "AdminsPassword1", "GET admin:a")).toBe("1");
    await machine.must(`rm /data/store/fill /data/store/rest; ${PROGRAM} access; ${ANSWERS}; ${PROGRAM} access; grep -q 300mb /data/platform/configuration`);
    expect(await ask("admin", "AdminsPassword1", "PING")).toContain("WRONGPASS");
  });

  test("does not begin with half of a secret when its volume is full", async () => {
    const instance = await start();
    const { machine, attach, replace } = instance;
    await attach();
    // The volume is full from the moment when it is there.
    await replace("chgrp", 'dd if=/dev/zero of=/data/store/fill bs=1M 2> /dev/null; dd if=/dev/zero of=/data/store/rest bs=1 2> /dev/null; exec /usr/bin/chgrp "$@"');
    expect(await machine.run(`${PROGRAM} prepare`)).toMatchObject({ code: 1, output: expect.stringContaining("No space left on device") });
    expect(await machine.run("ls /data/platform/administrator")).toMatchObject({ code: 2 });
    await replace("chgrp", null);
    await machine.must("rm -f /data/store/fill /data/store/rest");
    await boot(instance);
    expect(await machine.must("wc -c < /data/platform/administrator")).toBe("65");
  });

  test("says what is missing at its first start, and goes on once it is there", async () => {
    const instance = await start();
    const { machine, attach, setPassword } = instance;
    await attach();
    await machine.must("touch /srv/aws/off");
    expect(await machine.run(`${PROGRAM} prepare`)).toMatchObject({ code: 1, output: expect.stringContaining("platform-database: there is no configuration yet") });
    await machine.must("rm /srv/aws/off");
    await setPassword("admin", "has a space");
    expect(await machine.run(`${PROGRAM} prepare`)).toMatchObject({ code: 1, output: expect.stringContaining("secret /shop/live/databases/baskets/users/admin holds no password of letters and digits") });
    await setPassword("admin", "AdminsPassword1");
    await boot(instance);
  });

  /** Each a moment at which the program ends without warning. `$2` to `$6`: the words that it is called with. */
  test.each([
    ["before it formats", "kill -9 $PPID"],
    ["while it formats", 'for device; do :; done; dd if=/dev/urandom of="$device" bs=1M count=3 conv=notrunc 2> /dev/null; kill -9 $PPID'],
    ["with half of a file system", '/sbin/mkfs.xfs "$@"; for device; do :; done; dd if=/dev/zero of="$device" bs=1M seek=50 count=80 conv=notrunc 2> /dev/null; kill -9 $PPID'],
    ["after it has formatted", '/sbin/mkfs.xfs "$@"; kill -9 $PPID'],
  ])("is killed %s, and goes on", async (_when, text) => {
    const instance = await start();
    await instance.attach();
    await instance.replace("mkfs.xfs", text);
    expect(await instance.machine.run(`${PROGRAM} prepare`)).not.toMatchObject({ code: 0 });
    await instance.replace("mkfs.xfs", null);
    await boot(instance);
    expect(await instance.ask("admin", "AdminsPassword1", "SET admin:a 1")).toBe("OK");
    expect(await instance.machine.run("ls /var/lib/platform")).toMatchObject({ code: 0, output: "" });
  });

  test("is killed at one moment after the other, and goes on", async () => {
    const instance = await start();
    await instance.attach();
    for (const seconds of [0.02, 0.05, 0.08, 0.12, 0.16, 0.2, 0.25, 0.3]) await instance.machine.run(`timeout -s KILL ${seconds} ${PROGRAM} prepare`);
    await boot(instance);
    expect(await instance.ask("searcher", "SearchersPassword1", "SET searcher:a 1")).toBe("OK");
    expect(await instance.machine.must("find /data -name '*.new'")).toBe("");
  });

  test("leaves a volume alone that holds anything else", async () => {
    const { machine, attach } = await start();
    const { image } = await attach(64);
    for (const [what, fill] of HELD) {
      truncateSync(image, 0);
      truncateSync(image, 64 * MEGABYTE);
      fill(image);
      const before = digest(image);
      for (const _time of ["first", "second"]) {
        const output = "platform-database: volume vol-0123456789abcdef0 holds something that is not of redis, and is left as it is\n";
        expect(await machine.run(`${PROGRAM} prepare`), what).toEqual({ code: 1, output });
      }
      expect(digest(image), what).toBe(before);
    }
    expect(await machine.run("ls /data /srv/dnf-calls")).toMatchObject({ code: 2 });
  });

  test("refuses to go on where something else is mounted in its place", async () => {
    const { machine, attach } = await start();
    await attach();
    await machine.must("mkdir -p /data && mount -t tmpfs tmpfs /data");
    expect(await machine.run(`${PROGRAM} prepare`)).toEqual({ code: 1, output: "platform-database: /data is tmpfs, which is not volume vol-0123456789abcdef0\n" });
    expect(await machine.must("ls /data")).toBe("");
    expect(await machine.must(`blkid -p ${DEVICE} || true`)).toBe("");
  });

  /** Without its server, which Debian does not have: what is ours before and beside it. */
  test("prepares the same for MongoDB, and hands passwords to its shell as input", async () => {
    const instance = await startInstance("articles", redis, packages);
    const { machine, attach, replace } = instance;
    await attach();
    await replace("mongosh", 'echo "$*" >> /srv/shell-calls; env >> /srv/shell-calls; cat > /srv/shell-input; [ ! -e /srv/refuses ]');
    await machine.must(`touch /srv/refuses; ${PROGRAM} prepare`);
    expect(await machine.must("findmnt -nro FSTYPE,LABEL --mountpoint /data; stat -c '%U %a' /data/store /data/platform/members.key; cat /srv/dnf-calls")).toBe(
      "xfs mongodb\nmongod 700\nmongod 400\ninstall -y mongodb-org-server mongodb-mongosh-shared-openssl3",
    );
    const state = () => machine.must("find /data/platform /etc -type f ! -name '*.seen' -exec sha256sum {} + | sort; cat /srv/dnf-calls");
    const before = await state();
    await machine.must(`${PROGRAM} prepare`);
    expect(await state()).toBe(before);
    expect(await machine.must("grep -c '127.0.0.1 articles' /etc/hosts")).toBe("1");
    // A server that is not there yet is tried again, until it has its users.
    expect(await machine.run(`${PROGRAM} access`)).toMatchObject({ code: 1 });
    await machine.must(`rm /srv/refuses; ${PROGRAM} access`);
    expect(await machine.must("cat /srv/shell-input")).toBe("searcher SearchersPassword1 readWrite@articles");
    expect(await machine.must("cat /srv/shell-calls")).not.toContain("Password1");
    await machine.must(`rm /srv/shell-input; ${PROGRAM} access`);
    expect(await machine.run("cat /srv/shell-input")).toMatchObject({ code: 1 });
  });
});

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readlinkSync } from "node:fs";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { findEmulator, startEmulator, type EmulatorName } from "./emulator.ts";
import { eventually } from "./fixture.ts";

/** What the tests of AWS stand on: it starts, knows who asks, keeps what it is given, and leaves nothing behind. */
const emulators = await Promise.all((["ministack", "moto"] as const satisfies readonly EmulatorName[]).map(async (name) => ({ name, found: await findEmulator(name) })));

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe.for(emulators)("$name", ({ found }) => {
  test.skipIf(found === null)("serves on loopback until it is stopped", async () => {
    if (found === null) return;
    const emulator = await startEmulator(found);
    try {
      const sts = new STSClient(emulator.client);
      expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: emulator.account });
      const s3 = new S3Client(emulator.client);
      await s3.send(new CreateBucketCommand({ Bucket: "one", CreateBucketConfiguration: { LocationConstraint: "ap-northeast-2" } }));
      await s3.send(new PutObjectCommand({ Bucket: "one", Key: "key", Body: "text" }));
      expect(await (await s3.send(new GetObjectCommand({ Bucket: "one", Key: "key" }))).Body?.transformToString()).toBe("text");
      const { stdout } = await promisify(execFile)("ss", ["-Htlnp"]);
      const listening = stdout.split("\n").filter((line) => line.includes(`pid=${emulator.pid},`)).map((line) => line.trim().split(/\s+/)[3]);
      expect(listening).toEqual([new URL(emulator.endpoint).host]);
    } finally {
      await emulator.stop();
    }
    expect(alive(emulator.pid)).toBe(false);
  });

  test.skipIf(found === null)("ends when whoever started it is killed", async () => {
    const starter = fileURLToPath(new URL("emulator-start.ts", import.meta.url));
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", starter, JSON.stringify(found)], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    const directory = readlinkSync(`/proc/${pid}/cwd`);
    expect([alive(pid), existsSync(directory)]).toEqual([true, true]);
    child.kill("SIGKILL");
    await eventually(async () => !alive(pid));
    expect(existsSync(directory)).toBe(false);
  });
});

import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findEmulator, startEmulator, type RunningEmulator } from "./emulator.ts";

// moto alone knows the parameters that AWS names images with; those are as AWS had them one day.
const moto = await findEmulator("moto");

const dailyge = fileURLToPath(new URL("../../dailyge", import.meta.url));
const example = fileURLToPath(new URL("../../examples/notes", import.meta.url));

describe.skipIf(moto === null)("update", () => {
  let emulator: RunningEmulator;
  const directory = mkdtempSync(join(tmpdir(), "update-test-"));
  const lock = join(directory, "platform.lock.json");
  const definition = join(directory, "platform.ts");
  const hosts = (change: string) => writeFileSync(definition, readFileSync(join(example, "platform.ts"), "utf8").replace("    parts({", `    parts({\n      ${change}`));

  beforeAll(async () => {
    if (moto === null) return;
    emulator = await startEmulator(moto);
    cpSync(example, directory, { recursive: true });
  });
  afterAll(async () => {
    await emulator?.stop();
    rmSync(directory, { recursive: true });
  });

  /** Ends with its code; stdout and stderr as they are. */
  const run = (words: readonly string[], environment: Readonly<Record<string, string>> = emulator.environment) =>
    new Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resolve) => {
      const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment };
      execFile(dailyge, [...words, "--platform", definition], { env }, (error, stdout, stderr) => resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }));
    });
  const read = () => (JSON.parse(readFileSync(lock, "utf8")) as { images: Record<string, Record<string, Record<string, { id: string; name: string | null }>>> }).images;

  test("chooses the newest image, which every plan has from then on", async () => {
    const before = await run(["plan", "--offline", "--out", join(directory, "terraform")]);
    expect(before.stdout).toContain("not pinned: the image of hosts arm64");
    const { code, stdout, stderr } = await run(["update"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("commit platform.lock.json") });
    const image = read()["eu-central-1"]?.["hosts"]?.["arm64"];
    expect(image).toMatchObject({ id: expect.stringMatching(/^ami-[0-9a-f]{17}$/), name: expect.stringMatching(/^al2023-ami-ecs-hvm-.*-arm64$/) });
    expect(stdout).toContain(`hosts arm64  ${image?.id}  not chosen  ${image?.name}`);
    const after = await run(["plan", "--offline", "--out", join(directory, "terraform")]);
    expect(after.stdout).not.toContain("not pinned");
    const written = readFileSync(join(directory, "terraform/live/hosts-general.tf.json"), "utf8");
    expect(written).toContain(`"image_id": "${image?.id}"`);
  });

  test("touches nothing where the newest is chosen already", async () => {
    await run(["update"]);
    const before = statSync(lock, { bigint: true }).mtimeNs;
    const { code, stdout, stderr } = await run(["update"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("the same");
    expect(statSync(lock, { bigint: true }).mtimeNs).toBe(before);
  });

  test("replaces an older one, says so, and leaves those of other regions alone", async () => {
    await run(["update"]);
    const old = "ami-00000000000000001";
    const kept = { hosts: { x86_64: { id: "ami-00000000000000002", name: null, chosenAt: "2026-01-01T00:00:00.000Z" } } };
    writeFileSync(lock, JSON.stringify({ images: { "us-west-2": kept, "eu-central-1": { hosts: { arm64: { id: old, name: null, chosenAt: "2026-01-01T00:00:00.000Z" } } } } }));
    const { stdout } = await run(["update", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ file: lock, images: [{ region: "eu-central-1", use: "hosts", architecture: "arm64", before: old }] });
    expect(read()["us-west-2"]).toEqual(kept);
    expect(read()["eu-central-1"]?.["hosts"]?.["arm64"]?.id).not.toBe(old);
  });

  test("chooses for the processors that hosts have", async () => {
    hosts('hosts: { general: { instance: "t3.small" } },');
    await run(["update"]);
    expect(Object.keys(read()["eu-central-1"]?.["hosts"] ?? {})).toEqual(["x86_64"]);
    hosts("");
  });

  test("says what to do without credentials, and leaves the file as it was", async () => {
    await run(["update"]);
    const before = readFileSync(lock, "utf8");
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _key, ...nobody } = emulator.environment;
    const { code, stderr } = await run(["update"], nobody);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("the newest images cannot be asked for: there are no AWS credentials") });
    expect(readFileSync(lock, "utf8")).toBe(before);
  });

  test.each([
    ["no JSON", "<<<<<<< HEAD", "it is no JSON"],
    ["no image", '{"images":{"eu-central-1":{"hosts":{"arm64":{"id":"newest","chosenAt":"today"}}}}}', "the image for hosts arm64 has no id such as ami-0123456789abcdef0"],
    ["a use that there is not", '{"images":{"eu-central-1":{"guests":{"arm64":{}}}}}', "it has an image for guests arm64, which there is not"],
    ["another shape", '{"images":[]}', "it is not as ./dailyge update writes it"],
  ])("a file that holds %s is said to, whatever is to be done", async (_name, text, why) => {
    writeFileSync(lock, text);
    const { code, stderr } = await run(["model"]);
    rmSync(lock);
    expect(code).toBe(2);
    expect(stderr).toContain(`${lock} cannot be read: ${why}`);
  });
});

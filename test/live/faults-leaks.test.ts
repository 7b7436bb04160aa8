import { expect, test } from "vitest";
import { eventually, makePlatform, part, service } from "./fixture.ts";

// Leaked memory: faults.test.ts. Leaked connections: faults-reference.test.ts.
test("a replica that leaks open files until it gets no more accepts nobody: it is ended, said and back, and the others serve", async () => {
  const platform = makePlatform({ services: { api: service({ replicas: 2 }), other: service({}, "other") } });
  await platform.up();
  const before = await platform.pids();
  expect((await platform.ask("/open", { method: "POST" })).body).toBe("no more");
  const asked = async (): Promise<void> => expect([(await platform.ask("/")).status, (await platform.ask("/", { host: "other" })).status]).toEqual([200, 200]);
  await eventually(async () => {
    await asked();
    return (await platform.status()).parts.some(({ name, pid, crashes }) => pid !== before[name] && crashes === 1);
  }, 40);
  const report = await platform.until(({ ready }) => ready);
  expect(part(report, "other.1").pid).toBe(before["other.1"]);
  expect((await platform.run("logs", "controller")).out).toMatch(/api\.\d: does not answer any more: ended, to be started again/);
});

import { expect, test } from "vitest";
import { makePlatform, service } from "./fixture.ts";

/** `up` with these limits, without a process that ends. */
const limits = (login: number) => ({ rateLimits: { everyone: { requests: 500 }, login: { requests: login, paths: ["/login"] } } });

test("limits and rules bite through the whole of a platform, are counted in status, and are changed without a restart or a reset", async () => {
  const services = { api: service({ paths: { "/internal/*": "nobody" } }), caller: service({ host: "caller", uses: ["api"] }, "caller") };
  const platform = makePlatform({ services, protection: limits(10) });
  await platform.up();
  const pids = await platform.pids();
  for (let count = 0; count < 10; count += 1) expect((await platform.ask("/login")).status).not.toBe(429);
  const { status, headers } = await platform.ask("/login");
  expect([status, Number(headers["retry-after"])]).toEqual([429, expect.any(Number)]);
  expect((await platform.ask("/internal/x")).status).toBe(403);
  const before = await platform.status();
  expect(before.refusals).toEqual({ hosts: { api: 1, caller: 0 }, limits: { everyone: 0, login: 1 } });
  const told = before.promises.find(({ promise }) => promise === "rate limits");
  expect(told?.details).toContain("login: 10 in 5 minutes for /login; refused so far: 1");
  expect(before.promises.map(({ promise }) => promise)).toContain("calls");
  expect(before.promises.find(({ promise }) => promise === "managed rules")?.how).toContain("only AWS has its own rules (ip reputation, known bad inputs, common)");
  platform.define({ services, protection: limits(13) });
  await platform.up();
  expect([(await platform.ask("/login")).status === 429, (await platform.ask("/login")).status === 429, (await platform.ask("/login")).status]).toEqual([false, false, 429]);
  expect(await platform.pids()).toEqual(pids);
  expect((await platform.status()).refusals.limits).toEqual({ everyone: 0, login: 2 });
});

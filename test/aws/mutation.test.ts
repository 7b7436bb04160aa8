import { expect, test } from "vitest";
import { mutate } from "./mutation/run.ts";
import { exampleModel } from "./platforms.ts";
import { shopModel } from "./shop.ts";

/** All of them take minutes: tools/mutation judges every one. */
const EVERY = 20;
const LEAST_SHARE = 0.95;

/**
 * Checks that never say anything prove nothing: what is rendered is changed for the worse, in one way at a time, and some
 * check has to notice. Which changes there are is test/aws/mutation/table.ts.
 */
test.each(["dailyge", "shop"])("of what is rendered of %s, hardly anything changes for the worse and nobody notices", { timeout: 120_000 }, async (name) => {
  const model = name === "shop" ? shopModel() : await exampleModel(name);
  const last = model.environments.at(-1)?.name ?? "";
  const { mutants, survivors } = await mutate(model, ["shared", last], EVERY);
  const share = (mutants - survivors.length) / mutants;
  expect(mutants).toBeGreaterThan(60);
  expect({ share: share >= LEAST_SHARE, survivors: share >= LEAST_SHARE ? [] : survivors.map((survivor) => survivor.name) }).toEqual({ share: true, survivors: [] });
});

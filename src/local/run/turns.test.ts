import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

test("one after the other has a part; who gives way is told to", async () => {
  const turns = new Turns();
  const order: string[] = [];
  const repair = turns.tryTake("api");
  if (repair === null) throw new Error("nobody had it");
  repair.signal.addEventListener("abort", () => order.push("repair is told"));
  const waiting = ["first", "second"].map(async (who) => {
    const end = await turns.take("api");
    order.push(who);
    await Promise.resolve();
    order.push(`${who} ends`);
    end();
  });
  expect(turns.tryTake("api")).toBeNull();
  expect(turns.tryTake("web")).not.toBeNull();
  expect(order).toEqual(["repair is told"]);
  repair.end();
  await Promise.all(waiting);
  expect(order).toEqual(["repair is told", "first", "first ends", "second", "second ends"]);
  expect(turns.has("api")).toBe(false);
});

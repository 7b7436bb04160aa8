import { expect, test } from "vitest";
import { differencesOf } from "../../src/aws/render/differences.ts";
import type { Model } from "../../src/model/model.ts";
import { addresses, bodies, directoryOf } from "./rendered.ts";
import { shopEnvironment, shopModel } from "./shop.ts";

const withBudget = (alone: boolean): Model => ({
  ...shopModel(),
  environments: [{ ...shopEnvironment(), aloneInAccount: alone, budget: { usdPerMonth: 250.5, notify: ["ops@shop.example"] } }],
});
const budgetOf = (model: Model) => bodies(directoryOf(model, "live"))("aws_budgets_budget.budget");
const CHARGED = { not: { dimensions: { key: "RECORD_TYPE", values: ["Credit", "Refund"] } } };

test("a budget tells its people before, at, and ahead of the limit", () => {
  const { limit_amount, limit_unit, time_unit, notification } = budgetOf(withBudget(true));
  expect({ limit_amount, limit_unit, time_unit }).toEqual({ limit_amount: "250.5", limit_unit: "USD", time_unit: "MONTHLY" });
  const told = { comparison_operator: "GREATER_THAN", threshold_type: "PERCENTAGE", subscriber_email_addresses: ["ops@shop.example"] };
  expect(notification).toEqual([
    { ...told, notification_type: "ACTUAL", threshold: 80 }, { ...told, notification_type: "ACTUAL", threshold: 100 }, { ...told, notification_type: "FORECASTED", threshold: 100 },
  ]);
});

test("it counts all of an account of its own", () => {
  expect(budgetOf(withBudget(true))["filter_expression"]).toEqual(CHARGED);
  expect(differencesOf(withBudget(true)).filter(({ part }) => part === "budget")).toEqual([]);
});

test("it counts what is tagged in another account, and says what that takes", () => {
  expect(budgetOf(withBudget(false))["filter_expression"]).toEqual({
    and: [{ tags: { key: "platform", values: ["shop"], match_options: ["EQUALS"] } }, { tags: { key: "environment", values: ["live"], match_options: ["EQUALS"] } }, CHARGED],
  });
  expect(differencesOf(withBudget(false)).filter(({ part }) => part === "budget").map(({ says }) => says).join()).toContain("cost allocation tags");
});

test("no budget, no budget", () => {
  expect(addresses(directoryOf({ ...shopModel(), environments: [{ ...shopEnvironment(), budget: null }] }, "live"), "aws_budgets_budget")).toEqual([]);
});

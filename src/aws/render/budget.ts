import type { Budget } from "../../model/budget.ts";
import { resource } from "../terraform.ts";
import type { BudgetsBudget_FilterExpression } from "../schema/types.ts";
import type { Noun } from "./directory.ts";
import type { Place } from "./place.ts";

/** What is told, and when: per cent of the budget. */
const NOTIFICATIONS = [
  { notification_type: "ACTUAL", threshold: 80 },
  { notification_type: "ACTUAL", threshold: 100 },
  { notification_type: "FORECASTED", threshold: 100 },
] as const;

/** A credit would hide what is used until it ends. */
const CHARGED: BudgetsBudget_FilterExpression = { not: { dimensions: { key: "RECORD_TYPE", values: ["Credit", "Refund"] } } };

/** Who is told of what the environment costs. Such a budget is free, and stops nothing. */
export function renderBudget(place: Place, { usdPerMonth, notify }: Budget): Noun {
  const budget = resource("aws_budgets_budget", "budget", {
    name: place.prefix,
    budget_type: "COST",
    time_unit: "MONTHLY",
    limit_amount: String(usdPerMonth),
    limit_unit: "USD",
    metrics: ["UnblendedCost"],
    filter_expression: counted(place),
    notification: NOTIFICATIONS.map((each) => ({
      ...each, comparison_operator: "GREATER_THAN", threshold_type: "PERCENTAGE", subscriber_email_addresses: notify,
    })),
  });
  return { name: "budget", blocks: [budget] };
}

/** An account of its own is counted whole, with what has no tags; in another, what has the tags of every resource here. */
function counted({ shared, environment }: Place): BudgetsBudget_FilterExpression {
  if (environment.aloneInAccount) return CHARGED;
  const tagged = (key: string, value: string) => ({ tags: { key, values: [value], match_options: ["EQUALS"] } });
  return { and: [tagged("platform", shared.name), tagged("environment", environment.name), CHARGED] };
}

import type { BudgetDefinition } from "../../definition/budget.ts";
import type { Budget } from "../budget.ts";
import { told } from "./email.ts";
import { number, object, required, type Fields, type Reader } from "./read.ts";

/** https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_NotificationWithSubscribers.html */
const MOST_TOLD = 10;

const BUDGET = {
  usdPerMonth: required(number({ from: 1, to: 1_000_000, whole: false, why: "a budget is a sum of US dollars a month" }), "400"),
  notify: required(told(MOST_TOLD, "a budget of which nobody is told changes nothing"), '["ops@example.com"]'),
} satisfies Fields<BudgetDefinition>;

export const budget: Reader<Budget> = object(BUDGET, "a budget");

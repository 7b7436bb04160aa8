import { rateLimit, shop, topic, worker } from "../shop.ts";
import { found } from "./case.ts";

const scheduled = (schedule: unknown, fields: object = {}) => worker({ schedule, ...fields });
const WHEN = "services.worker.schedule";
const field = (from: number, to: number) => `write ${from} to ${to}, "*", or a list "1,2", range "1-5" or step "*/5" of them`;

export const TOPIC = [
  found("bad-number", topic({ deadLetterAfter: 0 }), "topics.events.deadLetterAfter", "0 is out of range: SQS counts 1 to 1000 receipts", "write a whole number from 1 to 1000"),
  found("bad-duration", topic({ redeliverAfter: "13 hours" }), "topics.events.redeliverAfter", '"13 hours" is out of range: SQS waits for at most 12 hours', 'write "1 second" to "12 hours"'),
  found("bad-duration", topic({ keep: "15 days" }), "topics.events.keep", '"15 days" is out of range: SQS keeps messages for one minute to 14 days', 'write "1 minute" to "14 days"'),
  found("unknown-field", topic({ retries: 3 }), "topics.events.retries", 'a topic has no field "retries"', "its fields are deadLetterAfter, redeliverAfter, keep, renamedFrom"),
  found("name-taken", shop({ topics: { api: {} } }), "topics.api", '"api" is also the name of a part in services', "rename one of them: commands and logs name a part without its kind"),
];

export const RATE_LIMIT = [
  found("bad-number", rateLimit({ requests: 5 }), "protection.rateLimits.login.requests", "5 is out of range: AWS WAF counts from 10 requests on", "write a whole number from 10 to 2000000000"),
  found("bad-number", shop({ protection: { rateLimits: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`limit-${index}`, { requests: 50 }])) } }), "protection.rateLimits", "11 rate limits are more than the 10 that AWS WAF takes", "let limits of the same number and window share one, with all their paths"),
  found("bad-duration", rateLimit({ per: "3 minutes" }), "protection.rateLimits.login.per", "AWS WAF does not count over this window", 'write "1 minute", "2 minutes", "5 minutes" or "10 minutes"'),
  found("bad-path", rateLimit({ paths: ["api/login"] }), "protection.rateLimits.login.paths[0]", 'the pattern "api/login" does not begin with /', 'write a pattern such as "/internal/*"'),
  found("empty", rateLimit({ paths: [] }), "protection.rateLimits.login.paths", "a rate limit for no path limits nothing", "take paths out to count all requests"),
  found("unknown-name", shop({ protection: { managedRules: ["common", "known bad input"] } }), "protection.managedRules[1]", 'there is no group of AWS\'s rules "known bad input"', 'did you mean "known bad inputs"?'),
  found("unknown-name", shop({ protection: { managedRules: ["AWSManagedRulesSQLiRuleSet"] } }), "protection.managedRules[0]", 'there is no group of AWS\'s rules "AWSManagedRulesSQLiRuleSet"', "there are ip reputation, known bad inputs, common"),
  found("duplicate", shop({ protection: { managedRules: ["common", "common"] } }), "protection.managedRules[1]", '"common" stands here twice', "take one of them out"),
  found("unknown-field", shop({ protection: { rateLimit: {} } }), "protection.rateLimit", 'protection has no field "rateLimit"', 'did you mean "rateLimits"?'),
];

export const SCHEDULE = [
  found("bad-schedule", scheduled("0 3 * *"), WHEN, '"0 3 * *" has 4 fields, not five', 'write minute, hour, day of month, month, day of week: "0 3 * * *" is three o\'clock every day'),
  found("bad-schedule", scheduled("61 3 * * *"), WHEN, 'the minute of "61 3 * * *", "61", is out of range', field(0, 59)),
  found("bad-schedule", scheduled("0 3 * * MON"), WHEN, 'the day of week of "0 3 * * MON", "MON", is no time', field(0, 6)),
  found("bad-schedule", scheduled("5/10 3 * * *"), WHEN, 'the minute of "5/10 3 * * *", "5/10", has a step without a range: "5-59/10" says it', field(0, 59)),
  found("bad-schedule", scheduled("0 9-8 * * *"), WHEN, 'the hour of "0 9-8 * * *", "9-8", begins after its end', field(0, 23)),
  found("bad-schedule", scheduled("0 3 1 * 1"), WHEN, "it says both days of the month and days of the week, which AWS does not take", 'leave one of the two "*"'),
  found("bad-timezone", scheduled({ cron: "0 3 * * *", timezone: "Asia/Soul" }), `${WHEN}.timezone`, '"Asia/Soul" is no IANA time zone', 'did you mean "Asia/Seoul"?'),
  found("not-scheduled", scheduled("0 3 * * *", { replicas: 2 }), "services.worker.replicas", '"replicas" has no meaning: with a schedule it runs to its end and does not serve', "take replicas out, or the schedule"),
];

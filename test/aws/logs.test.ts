import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { expect, test } from "vitest";
import { chooseLogGroups, followLogs, listLogGroups, readLastLines } from "../../src/aws/run/logs.ts";
import { answering, Refused } from "./answers.ts";
import { probe } from "./deploy-world.ts";

const PATH = "/probe/dev";
const groups = ["services/api", "services/nightly", "databases/redis", "network/flow"].map((below) => ({ logGroupName: `${PATH}/${below}` }));

test("every log below the environment's path has the name of its part; without a word it is those of services", async () => {
  const client = new CloudWatchLogsClient(answering({
    DescribeLogGroups: ({ logGroupNamePrefix, nextToken }) => {
      if (logGroupNamePrefix === "/aws/rds/instance/probe-dev-db/") return { logGroups: [{ logGroupName: "/aws/rds/instance/probe-dev-db/slowquery" }] };
      return nextToken === undefined ? { logGroups: groups.slice(0, 2), nextToken: "more" } : { logGroups: groups.slice(2) };
    },
  }).settings);
  const all = await listLogGroups(client, { path: PATH, prefix: "probe-dev" }, probe().environment.databases);
  expect(all.map(({ part }) => part)).toEqual(["api", "nightly", "redis", "network.flow", "db.slowquery"]);
  expect(chooseLogGroups(all, PATH, []).map(({ part }) => part)).toEqual(["api", "nightly"]);
  expect(chooseLogGroups(all, PATH, ["redis", "network", "db"]).map(({ part }) => part)).toEqual(["redis", "network.flow", "db.slowquery"]);
  expect(() => chooseLogGroups(all, PATH, ["nightli"])).toThrow("did you mean nightly?");
});

test("the last lines are looked for in longer and longer times, and no further than there are enough", async () => {
  const now = Date.parse("2026-11-23T00:00:00Z");
  const answers = answering({
    FilterLogEvents: ({ startTime }) => ({ events: [now - 3_600_000, now - 60_000, now - 1_000].filter((at) => at >= Number(startTime)).map((timestamp) => ({ eventId: String(timestamp), timestamp, message: `at ${now - timestamp}\n` })) }),
  });
  const client = new CloudWatchLogsClient(answers.settings);
  const group = { part: "api", group: `${PATH}/services/api` };
  expect((await readLastLines(client, group, 2, now)).map(({ text }) => text)).toEqual(["at 60000", "at 1000"]);
  expect(answers.asked).toHaveLength(1);
  expect((await readLastLines(client, group, 3, now)).map(({ at }) => at)).toEqual(["2026-11-22T23:00:00.000Z", "2026-11-22T23:59:00.000Z", "2026-11-22T23:59:59.000Z"]);
});

test("a log that is not there yet has no lines", async () => {
  const client = new CloudWatchLogsClient(answering({ FilterLogEvents: new Refused("ResourceNotFoundException") }).settings);
  expect(await readLastLines(client, { part: "api", group: "x" }, 10)).toEqual([]);
});

test("a line that comes late is told, and none twice", async () => {
  const began = Date.now();
  const event = (id: string) => ({ eventId: id, timestamp: began + 1, message: id });
  const client = new CloudWatchLogsClient(answering({ FilterLogEvents: [{ events: [event("b")] }, { events: [event("a"), event("b")] }, { events: [event("a"), event("b"), event("c")] }] }).settings);
  const stopped = new AbortController();
  const told: string[] = [];
  for await (const { text } of followLogs(client, [{ part: "api", group: "x" }], stopped.signal, 1)) {
    told.push(text);
    if (told.length === 3) stopped.abort();
  }
  expect(told).toEqual(["b", "a", "c"]);
});

import { SSMClient } from "@aws-sdk/client-ssm";
import { expect, test } from "vitest";
import { takeTurn } from "../../src/aws/run/deploy-lock.ts";
import { answering, Refused, type Answer } from "./answers.ts";

/** A parameter store with one parameter, as the API reference says it counts versions. */
function store(held?: { readonly value: string; readonly version: number }, meanwhile: (put: (value: string) => void) => void = () => {}) {
  let kept = held;
  const put = (value: string): void => void (kept = { value, version: (kept?.version ?? 0) + 1 });
  const answers: Record<string, Answer> = {
    PutParameter: ({ Overwrite, Value }) => {
      if (Overwrite === true) meanwhile(put);
      else if (kept !== undefined) return new Refused("ParameterAlreadyExists");
      put(String(Value));
      return { Version: kept?.version };
    },
    GetParameter: () => (kept === undefined ? new Refused("ParameterNotFound") : { Parameter: { Value: kept.value, Version: kept.version } }),
    DeleteParameter: () => {
      kept = undefined;
      return {};
    },
  };
  return { ssm: new SSMClient(answering(answers).settings), kept: () => kept, put };
}

const NOW = Date.parse("2026-11-23T00:00:00Z");
const take = (ssm: SSMClient, by = "ana") => takeTurn(ssm, "/probe/dev/services/api/releasing", { by, what: "deploy", part: "api" }, () => NOW);
const held = (until: string): string => JSON.stringify({ by: "ben", what: "deploy", since: "2026-11-22T23:50:00Z", until, token: "other" });

test("a turn is one person's until it is given back", async () => {
  const { ssm, kept } = store();
  const turn = await take(ssm);
  await expect(take(ssm, "ben")).rejects.toMatchObject({ code: "state-busy", message: "api is being released by ana since 2026-11-23 00:00 UTC (deploy)", hint: "try again when that has ended; if it was killed, after 2026-11-23 00:10 UTC" });
  await turn.end();
  expect(kept()).toBeUndefined();
  await (await take(ssm, "ben")).end();
});

test("one whose time has passed is taken over", async () => {
  const { ssm, kept } = store({ value: held("2026-11-22T23:59:59Z"), version: 4 });
  const turn = await take(ssm);
  expect(kept()).toMatchObject({ version: 5, value: expect.stringContaining('"by":"ana"') });
  await turn.end();
});

test("of two who take over at once, one gets it", async () => {
  const { ssm, kept } = store({ value: held("2026-11-22T23:59:59Z"), version: 4 }, (put) => put(held("2026-11-23T00:10:00Z")));
  await expect(take(ssm)).rejects.toMatchObject({ code: "state-busy" });
  expect(kept()?.version).toBe(6);
});

test("a turn that somebody else has taken over is not given back by us", async () => {
  const { ssm, kept, put } = store();
  const turn = await take(ssm);
  put(held("2026-11-23T00:10:00Z"));
  await turn.end();
  expect(kept()?.value).toContain("ben");
});

test("what somebody wrote there by hand holds nobody up", async () => {
  const { ssm } = store({ value: "free", version: 1 });
  await (await take(ssm)).end();
});

import { randomUUID } from "node:crypto";
import { DeleteParameterCommand, GetParameterCommand, PutParameterCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { Failure } from "../../kit/failure.ts";
import { isNamed } from "./clients.ts";
import type { Ground } from "./deploy-ground.ts";

/** A turn that is ours until we give it back, or nobody renews it any more. */
export interface Turn {
  end(): Promise<void>;
}

/** What the parameter holds while somebody releases. */
interface Holder {
  readonly by: string;
  readonly what: string;
  readonly since: string;
  /** Whoever was killed is waited for until then. */
  readonly until: string;
  readonly token: string;
}

/** Longer than the clocks of two machines differ. */
const HELD_MILLISECONDS = 10 * 60_000;
const RENEWED_MILLISECONDS = 60_000;

/**
 * Takes the one turn to release a part: a parameter that only its first writer can make. One whose time has passed is taken
 * over; of two who try, its next version is one's alone.
 * @throws Failure `state-busy` who has it, and until when
 */
export async function takeTurn(ssm: SSMClient, name: string, { by, what, part }: { readonly by: string; readonly what: string; readonly part: string }, now = Date.now): Promise<Turn> {
  const token = randomUUID();
  const since = new Date(now()).toISOString();
  const held = (): string => JSON.stringify({ by, what, since, until: new Date(now() + HELD_MILLISECONDS).toISOString(), token } satisfies Holder);
  const put = async (over: boolean): Promise<number> => (await ssm.send(new PutParameterCommand({ Name: name, Value: held(), Type: "String", Overwrite: over }))).Version ?? 0;
  try {
    await put(false);
  } catch (error) {
    if (!isNamed(error, "ParameterAlreadyExists")) throw error;
    await takeOver(ssm, name, part, put, now);
  }
  const renewing = setInterval(() => void put(true).catch(() => {}), RENEWED_MILLISECONDS).unref();
  return {
    end: async () => {
      clearInterval(renewing);
      const { holder } = await read(ssm, name);
      if (holder?.token === token) await ssm.send(new DeleteParameterCommand({ Name: name }));
    },
  };
}

/** Gives a turn back. Where that fails, what was done is told all the same: the turn is free by itself a little later. */
export async function endTurn(turn: Turn, { report, service }: Pick<Ground, "report"> & { readonly service: { readonly name: string } }): Promise<void> {
  await turn.end().catch(() => report({ part: service.name, state: "note", step: `its turn could not be given back: it is free again in ${HELD_MILLISECONDS / 60_000} minutes` }));
}

async function takeOver(ssm: SSMClient, name: string, part: string, put: (over: boolean) => Promise<number>, now: () => number): Promise<void> {
  const { holder, version } = await read(ssm, name);
  if (holder !== null && Date.parse(holder.until) > now()) throw busy(part, holder);
  // Given back meanwhile: then somebody may make it anew.
  const mine = await put(version !== 0).catch((error: unknown) => {
    if (isNamed(error, "ParameterAlreadyExists")) return -1;
    throw error;
  });
  if (mine !== version + 1) throw new Failure("state-busy", `${part} is being released by somebody else since a moment ago`, { hint: "try again in a few minutes" });
}

const busy = (part: string, { by, what, since, until }: Holder): Failure =>
  new Failure("state-busy", `${part} is being released by ${by} since ${clock(since)} (${what})`, {
    hint: `try again when that has ended; if it was killed, after ${clock(until)}`,
  });

const clock = (iso: string): string => `${iso.slice(0, 16).replace("T", " ")} UTC`;

async function read(ssm: SSMClient, name: string): Promise<{ readonly holder: Holder | null; readonly version: number }> {
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name }));
    return { holder: parse(Parameter?.Value ?? ""), version: Parameter?.Version ?? 0 };
  } catch (error) {
    if (isNamed(error, "ParameterNotFound")) return { holder: null, version: 0 };
    throw error;
  }
}

/** What somebody else wrote there holds nobody up. */
function parse(text: string): Holder | null {
  try {
    const { by, what, since, until, token } = JSON.parse(text) as Partial<Record<keyof Holder, unknown>>;
    const parts = [by, what, since, until, token];
    if (!parts.every((part) => typeof part === "string")) return null;
    const [first, second, third, fourth, fifth] = parts;
    return { by: String(first), what: String(second), since: String(third), until: String(fourth), token: String(fifth) };
  } catch {
    return null;
  }
}

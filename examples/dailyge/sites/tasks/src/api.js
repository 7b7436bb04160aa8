const ANSWER_WITHIN_MS = 10_000;
const PAUSES_MS = [300, 1_200];

/** The API said no, and why; `code` is "unreachable" where it said nothing. */
export class Refused extends Error {
  constructor(status, { code, message, fields = {} }, retryAfterSeconds = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What an answer means that is not the API's own but that of what stands before it. */
const CODES = { 429: "too-many" };
const unreachable = () => new Refused(0, { code: "unreachable", message: "no answer" });
const passes = (status) => status === 502 || status === 503 || status === 504;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * The API at this address. A request that got no answer is sent again: all of them mean the same when they arrive twice,
 * creation by its Idempotency-Key.
 */
export function createApi(address, onRelease) {
  async function once(method, path, body, headers) {
    const response = await fetch(new URL(path, address), {
      method,
      credentials: "include",
      headers: body === undefined ? headers : { "Content-Type": "application/json", ...headers },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(() => { throw unreachable(); });
    const release = response.headers.get("x-release");
    if (release !== null) onRelease(release);
    if (response.status === 204) return null;
    const answer = await response.json().catch(() => null);
    if (response.ok && answer !== null) return answer;
    const seconds = Number(response.headers.get("retry-after") ?? "none");
    if (answer?.error) throw new Refused(response.status, answer.error, Number.isInteger(seconds) ? seconds : null);
    throw passes(response.status) ? unreachable() : new Refused(response.status, { code: CODES[response.status] ?? "failed", message: "" }, Number.isInteger(seconds) ? seconds : null);
  }

  async function request(method, path, body, headers = {}) {
    for (const milliseconds of PAUSES_MS) {
      try {
        return await once(method, path, body, headers);
      } catch (error) {
        if (!(error instanceof Refused) || (error.status !== 0 && !passes(error.status))) throw error;
        await pause(milliseconds);
      }
    }
    return once(method, path, body, headers);
  }

  return {
    signUp: (credentials) => request("POST", "/api/users", credentials),
    signIn: (credentials) => request("POST", "/api/session", credentials),
    signOut: () => request("DELETE", "/api/session"),
    /** Their email; null where nobody is signed in. */
    whoAmI: async () => (await request("GET", "/api/session")).email,
    activity: async () => (await request("GET", "/api/activity")).activity,
    list: (day) => request("GET", `/api/tasks?day=${day}`),
    create: (task, key) => request("POST", "/api/tasks", task, { "Idempotency-Key": key }),
    complete: (id, completed) => request("PATCH", `/api/tasks/${id}`, { completed }),
    // Deleted by the first of two requests is deleted.
    remove: (id) => request("DELETE", `/api/tasks/${id}`).catch((error) => {
      if (error.status !== 404) throw error;
    }),
  };
}

/** 16 random bytes as text; `crypto.randomUUID` is missing on pages that came over plain http. */
export function idempotencyKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

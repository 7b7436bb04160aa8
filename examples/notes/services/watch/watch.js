import { setTimeout } from "node:timers/promises";

const { RENDER_URL, EVERY_SECONDS = "15" } = process.env;
if (!RENDER_URL) {
  console.error("RENDER_URL is not set");
  process.exit(1);
}

/** Asks for one page as a reader would, and says how that went. */
async function ask() {
  const start = performance.now();
  try {
    const response = await fetch(new URL("/render", RENDER_URL), { method: "POST", body: "# Hello", signal: AbortSignal.timeout(5_000) });
    const right = response.ok && (await response.text()) === "<h1>Hello</h1>";
    return { ok: right, status: response.status, release: response.headers.get("x-release"), milliseconds: Math.round(performance.now() - start) };
  } catch (error) {
    return { ok: false, reason: error.cause?.message ?? error.message };
  }
}

const stopping = new AbortController();
process.on("SIGTERM", () => stopping.abort());

while (!stopping.signal.aborted) {
  console.log(JSON.stringify({ at: new Date().toISOString(), ...(await ask()) }));
  await setTimeout(Number(EVERY_SECONDS) * 1_000, null, { signal: stopping.signal }).catch(() => {});
}

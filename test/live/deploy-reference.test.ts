import { appendFileSync, cpSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { askAt } from "./fixture.ts";
import { ReleasePlatform } from "./release-fixture.ts";

const reference = fileURLToPath(new URL("../../examples/dailyge", import.meta.url));
const DAY = "2026-03-01";
/** How this machine's npm reaches its registry. */
const npmEnvironment = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(npm_config_.*|.*_proxy|SSL_CERT_.*|NODE_EXTRA_CA_CERTS)$/i.test(name))) as Record<string, string>;

interface Answered {
  readonly status: number;
  readonly body: string;
  readonly cookie: string;
}

/** Someone with an account who plans task after task. */
class Person {
  readonly planned: string[] = [];
  readonly failed: string[] = [];
  readonly #port: number;
  readonly #name: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #cookie = "";

  constructor(port: number, name: string) {
    this.#port = port;
    this.#name = name;
  }

  async signUp(): Promise<void> {
    const { status, cookie } = await this.#ask("POST", "/api/users", { email: `${this.#name}@example.com`, password: "correct horse" });
    expect(status).toBe(201);
    this.#cookie = cookie;
  }

  async planUntil(isOver: () => boolean): Promise<void> {
    for (let count = 0; !isOver(); count += 1) {
      const title = `task ${count}`;
      const made = await this.#ask("POST", "/api/tasks", { title, day: DAY });
      if (made.status === 201) this.planned.push(title);
      else this.failed.push(`POST: ${made.status} ${made.body}`);
      const list = await this.#ask("GET", `/api/tasks?day=${DAY}`);
      if (list.status !== 200) this.failed.push(`GET: ${list.status} ${list.body}`);
    }
  }

  async listed(): Promise<readonly string[]> {
    const { body } = await this.#ask("GET", `/api/tasks?day=${DAY}`);
    this.#agent.destroy();
    return (JSON.parse(body) as { tasks: { title: string }[] }).tasks.map(({ title }) => title);
  }

  #ask(method: string, path: string, content?: unknown): Promise<Answered> {
    const { promise, resolve } = Promise.withResolvers<Answered>();
    const headers = { host: `api-dev.dailyge.localhost:${this.#port}`, "content-type": "application/json", cookie: this.#cookie };
    const asked = request({ host: "127.0.0.1", port: this.#port, method, path, agent: this.#agent, headers, timeout: 15_000 }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body, cookie: response.headers["set-cookie"]?.[0]?.split(";")[0] ?? "" }));
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer")));
    asked.on("error", (cause) => resolve({ status: 0, body: cause.message, cookie: "" })).end(content === undefined ? "" : JSON.stringify(content));
    return promise;
  }
}

test("the reference API is released while people use it: nothing fails, and every task is there once", async () => {
  const platform = new ReleasePlatform({ name: "dailyge" });
  onTestFinished(() => platform.end());
  cpSync(reference, platform.directory, { recursive: true, filter: (path) => !path.includes("node_modules") });
  const up = await platform.startWith({ environment: npmEnvironment }, "up", "--detach").ended();
  expect(up, up.err).toMatchObject({ code: 0 });
  const [first] = await platform.running("/api/health-check");
  const people = ["ann", "ben", "eun"].map((name) => new Person(platform.port(), name));
  for (const person of people) await person.signUp();
  let over = false;
  const plans = Promise.all(people.map((person) => person.planUntil(() => over)));

  appendFileSync(join(platform.directory, "services/api/src/log.ts"), "// another release\n");
  const release = await platform.deploy();
  expect(release).not.toBe(first);
  expect(await platform.running("/api/health-check")).toEqual([release, release]);
  expect((await platform.run("rollback", "api")).code).toBe(0);
  over = true;
  await plans;

  for (const person of people) {
    expect(person.failed).toEqual([]);
    expect(person.planned.length).toBeGreaterThan(10);
    expect(await person.listed()).toEqual(person.planned);
  }
  expect((await askAt(platform.port(), "/", { host: "www-dev.dailyge.localhost" })).body).toContain("<html");
});

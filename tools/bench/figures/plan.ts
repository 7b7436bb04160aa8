import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { existsSync } from "node:fs";
import type { Figure, Finding, Measurement } from "../figure.ts";
import { each, median, medianOfPairs, milliseconds, times } from "../statistics.ts";
import { tenPlatform } from "../ten-platform.ts";
import { repository, type Workbench } from "../workbench.ts";

const REPETITIONS = 15;
const GOALS = { milliseconds: 350, hello: 4, ten: 2, megabytes: 130, resources: 1_700 } as const;

export const plan: Measurement = {
  name: "plan",
  method:
    "`./dailyge plan --environment prod` of the reference platform, as typed, launcher and all, without Terraform or OpenTofu on the PATH, in turn with `node hello.ts`, a file of one typed line, " +
    "and with the same of a platform of ten times its parts; the same Node, and the same compile cache, warm. The directory of a plan holds an earlier one, as it does after the first time. " +
    "Memory is the most that the process ever had resident, of other runs, by its own account.",
  measure,
};

type Command = readonly [program: string, ...words: string[]];

async function measure(bench: Workbench): Promise<Finding> {
  const directory = join(bench.directory, "plan");
  await mkdir(directory);
  const hello = join(directory, "hello.ts");
  await writeFile(hello, 'const whom: string = "world"; console.log(`hello, ${whom}`);\n');
  const ten = join(directory, "platform.ts");
  await writeFile(ten, tenPlatform());
  for (const source of ["api", "admin", "worker", "nightly", "main", "tasks"]) await mkdir(join(directory, source));
  const environment = { ...bench.environment, PATH: withoutTerraform(bench.environment["PATH"] ?? "") };
  const commands = {
    hello: [process.execPath, "--disable-warning=ExperimentalWarning", hello],
    plan: ["./dailyge", "plan", "--environment", "prod", "--out", join(directory, "one")],
    ten: ["./dailyge", "plan", "--platform", ten, "--environment", "prod", "--out", join(directory, "ten")],
  } as const satisfies Record<string, Command>;
  const run = ([program, ...words]: Command, more: Readonly<Record<string, string>> = {}): number => {
    const began = performance.now();
    const { status, stderr } = spawnSync(program, words, { cwd: repository, env: { ...environment, ...more }, encoding: "utf8" });
    if (status !== 0) throw new Error(`${words.join(" ")} ended with ${status}: ${stderr}`);
    return performance.now() - began;
  };
  for (const command of Object.values(commands)) for (let turn = 0; turn < 2; turn += 1) run(command);
  const taken = { hello: [] as number[], plan: [] as number[], ten: [] as number[] };
  for (let turn = 0; turn < REPETITIONS; turn += 1) for (const name of ["hello", "plan", "ten"] as const) taken[name].push(run(commands[name]));
  const most = { plan: await residentMegabytes(directory, (more) => run(commands.plan, more)), ten: await residentMegabytes(directory, (more) => run(commands.ten, more)) };
  const resources = { plan: await resourcesIn(join(directory, "one")), ten: await resourcesIn(join(directory, "ten")) };
  return { figures: figures(taken, most, resources), notes: [
    `hello: ${each(taken.hello, 0)} ms; plan: ${each(taken.plan, 0)} ms; ten times: ${each(taken.ten, 0)} ms`,
  ] };
}

interface Taken {
  readonly hello: readonly number[];
  readonly plan: readonly number[];
  readonly ten: readonly number[];
}

function figures(taken: Taken, most: { readonly plan: number; readonly ten: number }, resources: { readonly plan: number; readonly ten: number }): readonly Figure[] {
  const wall = median(taken.plan);
  const toHello = medianOfPairs(taken.plan, taken.hello, (one, other) => one / other);
  const toPlan = medianOfPairs(taken.ten, taken.plan, (one, other) => one / other);
  const memory = Math.max(most.plan, most.ten);
  return [
    {
      what: `\`plan\` of prod, ${resources.plan} resources`, measured: milliseconds(wall), baseline: `${milliseconds(median(taken.hello))}, \`node hello.ts\``, compared: times(toHello),
      goal: `≤ ${milliseconds(GOALS.milliseconds)}, ≤ ${times(GOALS.hello)}`, met: wall <= GOALS.milliseconds && toHello <= GOALS.hello,
    },
    {
      what: `\`plan\` of ten times as much, ${resources.ten} resources`, measured: milliseconds(median(taken.ten)), baseline: `${milliseconds(wall)}, \`plan\` of prod`, compared: times(toPlan),
      goal: `≤ ${times(GOALS.ten)}`, met: toPlan <= GOALS.ten && resources.ten >= GOALS.resources,
    },
    { what: "memory of `plan`, of ten times as much", measured: `${memory.toFixed(0)} MB`, baseline: "", compared: `${most.plan.toFixed(0)} MB of prod`, goal: `≤ ${GOALS.megabytes} MB`, met: memory <= GOALS.megabytes },
  ];
}

const withoutTerraform = (path: string): string =>
  path.split(delimiter).filter((entry) => !["terraform", "tofu"].some((program) => existsSync(join(entry, program)))).join(delimiter);

/** The process writes it down when it ends. */
async function residentMegabytes(directory: string, run: (more: Readonly<Record<string, string>>) => void): Promise<number> {
  const [hook, said] = [join(directory, "hook.mjs"), join(directory, "resident")];
  await writeFile(hook, `import { writeFileSync } from "node:fs";\nprocess.on("exit", () => writeFileSync(${JSON.stringify(said)}, String(process.resourceUsage().maxRSS)));\n`);
  run({ NODE_OPTIONS: `--import=${hook}` });
  return Number(await readFile(said, "utf8")) / 1_024;
}

async function resourcesIn(directory: string): Promise<number> {
  const files = (await readdir(directory, { recursive: true })).filter((file) => file.endsWith(".tf.json") && !file.startsWith("shared"));
  const documents = await Promise.all(files.map(async (file) => JSON.parse(await readFile(join(directory, file), "utf8")) as { readonly resource?: Readonly<Record<string, object>> }));
  return documents.flatMap(({ resource = {} }) => Object.values(resource)).reduce((sum, byName) => sum + Object.keys(byName).length, 0);
}

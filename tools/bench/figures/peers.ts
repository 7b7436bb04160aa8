import { execFile, spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { SchemaDocument } from "../../../src/aws/schema/format.ts";
import type { WrittenFile } from "../../../src/aws/read/configuration.ts";
import type { Figure, Finding, Measurement } from "../figure.ts";
import { CDK_PACKAGES, cdkProgram } from "../peers/cdk.ts";
import { CDKTN_PACKAGES, cdktnProgram } from "../peers/cdktn.ts";
import { each, median, medianOfPairs, milliseconds, times } from "../statistics.ts";
import { repository, type Workbench } from "../workbench.ts";

const REPETITIONS = 7;

/** Only by its name: it fetches three quarters of a gigabyte from npm. */
export const peers: Measurement = {
  name: "peers",
  method:
    "`./dailyge plan --environment prod` of the reference platform in turn with two programs that write the same in their own ways, as plain JavaScript run by the same Node with the same compile cache, warm: " +
    "cdktn with every resource and all of its arguments; aws-cdk-lib with a construct of the lowest level for each resource that CloudFormation has as one, with no more than it needs, and without the command line and the validator around it.",
  measure,
};

async function measure(bench: Workbench): Promise<Finding> {
  const directory = join(bench.directory, "peers");
  await mkdir(directory);
  const ours = ["./dailyge", "plan", "--offline", "--environment", "prod", "--out", join(directory, "ours")] as const;
  await bench.dailyge(...ours.slice(1));
  const files = await readPlan(join(directory, "ours/prod"));
  const document = JSON.parse(await readFile(join(repository, "src/aws/schema/provider-schema.json"), "utf8")) as SchemaDocument;
  const [schema] = Object.values(document.provider_schemas);
  if (!schema) throw new Error("the schema is empty");
  const cdk = cdkProgram(files);
  const programs = {
    cdktn: await install(bench, directory, "cdktn", CDKTN_PACKAGES, cdktnProgram(files, schema)),
    "aws-cdk-lib": await install(bench, directory, "aws-cdk-lib", CDK_PACKAGES, cdk.program),
  };
  const run = ([program = "", ...words]: readonly string[]): number => {
    const began = performance.now();
    const { status, stderr } = spawnSync(program, words, { cwd: repository, env: { ...bench.environment, CDK_VALIDATION: "false" }, encoding: "utf8" });
    if (status !== 0) throw new Error(`${words.join(" ")} ended with ${status}: ${stderr.slice(0, 2_000)}`);
    return performance.now() - began;
  };
  const commands = { ours, cdktn: [process.execPath, programs.cdktn, join(directory, "cdktn-out")], "aws-cdk-lib": [process.execPath, programs["aws-cdk-lib"], join(directory, "cdk-out")] } as const;
  const taken = { ours: [] as number[], cdktn: [] as number[], "aws-cdk-lib": [] as number[] };
  for (const command of Object.values(commands)) run(command);
  for (let turn = 0; turn < REPETITIONS; turn += 1) for (const name of ["ours", "cdktn", "aws-cdk-lib"] as const) taken[name].push(run(commands[name]));
  const figure = (name: "cdktn" | "aws-cdk-lib", resources: number): Figure => {
    const ratio = medianOfPairs(taken.ours, taken[name], (one, other) => one / other);
    return {
      what: `\`plan\` of prod, beside ${name}`, measured: milliseconds(median(taken.ours)), baseline: `${milliseconds(median(taken[name]))}, ${resources} resources`, compared: times(ratio), goal: "≤ 1 times", met: ratio <= 1,
    };
  };
  return {
    figures: [figure("cdktn", await written(join(directory, "cdktn-out/stacks/prod/cdk.tf.json"), "resource")), figure("aws-cdk-lib", await written(join(directory, "cdk-out/prod.template.json"), "Resources"))],
    notes: [`plan: ${each(taken.ours, 0)} ms; cdktn: ${each(taken.cdktn, 0)} ms; aws-cdk-lib: ${each(taken["aws-cdk-lib"], 0)} ms`],
  };
}

async function readPlan(directory: string): Promise<readonly WrittenFile[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".tf.json"));
  return Promise.all(names.map(async (name) => ({ name, content: await readFile(join(directory, name), "utf8") })));
}

/** A directory of its own with these packages, and the program in it. */
async function install(bench: Workbench, directory: string, name: string, packages: readonly string[], program: string): Promise<string> {
  const place = join(directory, name);
  await mkdir(place);
  await writeFile(join(place, "package.json"), '{ "private": true }\n');
  await writeFile(join(place, "main.cjs"), program);
  bench.tell(`installing ${packages.join(" ")}`);
  await promisify(execFile)("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", ...packages], { cwd: place, env: bench.environment, maxBuffer: 2 ** 24 });
  return join(place, "main.cjs");
}

/** How many resources somebody wrote: of Terraform by type and name, of CloudFormation by name. */
async function written(file: string, key: "resource" | "Resources"): Promise<number> {
  const found = Object.values((JSON.parse(await readFile(file, "utf8")) as Record<string, Record<string, object>>)[key] ?? {});
  return key === "Resources" ? found.length : found.reduce((sum, byName) => sum + Object.keys(byName).length, 0);
}

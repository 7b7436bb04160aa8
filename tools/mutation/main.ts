import { EXAMPLES, exampleModel } from "../../test/aws/platforms.ts";
import { shopModel } from "../../test/aws/shop.ts";
import { RULES } from "../../src/aws/read/posture/index.ts";
import { mutate } from "../../test/aws/mutation/run.ts";

// Changes what is rendered of every platform in every way that test/aws/mutation knows, and lists what no check sees:
//
//   node tools/mutation/main.ts [PLATFORM...]
const tell = (text: string): void => void process.stderr.write(`${text}\n`);
const asked = process.argv.slice(2);
const broken = new Set<string>();
for (const name of asked.length > 0 ? asked : [...EXAMPLES, "shop"]) {
  const model = name === "shop" ? shopModel() : await exampleModel(name);
  const directories = ["shared", ...model.environments.map((environment) => environment.name).slice(-1)];
  const began = performance.now();
  const { mutants, survivors, killed, rules, before } = await mutate(model, directories, 1, tell);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  const share = ((100 * (mutants - survivors.length)) / Math.max(mutants, 1)).toFixed(1);
  process.stdout.write(`${name}: ${mutants} mutants of ${directories.join(" and ")}, ${share} % seen, in ${seconds} s: ${Object.entries(killed).map(([judge, count]) => `${judge} ${count}`).join(", ")}\n`);
  for (const rule of rules) broken.add(rule);
  for (const said of before) process.stdout.write(`  already there  ${said}\n`);
  for (const survivor of survivors) process.stdout.write(`  not seen  ${survivor.name}\n`);
}
// A rule that no change breaks may be one that cannot be broken.
for (const { name } of RULES) if (!broken.has(name)) process.stdout.write(`no change breaks the rule ${name}\n`);

import { renderTerraform } from "../../../src/aws/render/index.ts";
import type { Model } from "../../../src/model/model.ts";
import { JUDGES } from "./judges.ts";
import { Mutable, type Mutant } from "./mutant.ts";
import { mutantsOf } from "./table.ts";

export interface Survivor {
  /** `prod aws_lb.edge: internal flipped` */
  readonly name: string;
  readonly mutant: Mutant;
}

export interface Outcome {
  readonly mutants: number;
  readonly survivors: readonly Survivor[];
  /** How many each judge was the first to see. */
  readonly killed: Readonly<Record<string, number>>;
  /** Rules of the posture that were broken, where it was the first to see. */
  readonly rules: ReadonlySet<string>;
  /** What judges say of what is not changed at all. */
  readonly before: readonly string[];
}

/** Changes what is rendered of a model in every way of the table, of which one in `every` is judged, and counts who is seen. */
export async function mutate(model: Model, directories: readonly string[], every: number, tell: (text: string) => void = () => {}): Promise<Outcome> {
  const survivors: Survivor[] = [];
  const killed: Record<string, number> = {};
  const before: string[] = [];
  const rules = new Set<string>();
  let mutants = 0;
  let next = 0;
  for (const { name, files } of renderTerraform(model)) {
    if (!directories.includes(name)) continue;
    const environment = model.environments.find((each) => each.name === name) ?? null;
    const known = new Map<string, ReadonlySet<string>>();
    for (const { name: judge, judge: say } of JUDGES) known.set(judge, new Set(await say(files, model, environment)));
    before.push(...[...known].flatMap(([judge, said]) => [...said].map((each) => `${name} ${judge}: ${each}`)));
    const mutable = new Mutable(files);
    const all = mutantsOf(mutable).filter(() => (next = (next + 1) % every) === 0);
    for (const mutant of all) {
      mutants += 1;
      const changed = mutable.with(mutant);
      const seen = await firstToSee(mutant.at.replace(/\..*/, ""), async (judge) => {
        const news = (await judge.judge(changed, model, environment)).filter((each) => !known.get(judge.name)?.has(each));
        if (judge.name === "posture") for (const each of news) rules.add(each.split(" ")[0] ?? "");
        return news.length > 0;
      });
      if (seen === undefined) survivors.push({ name: `${name} ${mutant.at}: ${mutant.what}`, mutant });
      else killed[seen] = (killed[seen] ?? 0) + 1;
      if (mutants % 200 === 0) tell(`${mutants} mutants, ${survivors.length} survive`);
    }
  }
  return { mutants, survivors, killed, rules, before };
}

async function firstToSee(type: string, sees: (judge: (typeof JUDGES)[number]) => Promise<boolean>): Promise<string | undefined> {
  for (const judge of JUDGES.filter(({ about }) => about?.test(type) !== false)) {
    const said = await sees(judge).catch(() => "cannot read it");
    if (said !== false) return said === true ? judge.name : `${judge.name} ${said}`;
  }
  return undefined;
}

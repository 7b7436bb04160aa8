import { isName } from "./name.ts";
import type { Place } from "./place.ts";
import { isRecord, text, type Reader } from "./read.ts";

/** A name that a part had. It is a name like any other. */
export const formerName = (kind: "site" | "database" | "topic"): Reader<string> => (value, at) => {
  const name = text(value, at);
  return name !== undefined && isName(kind, name, at) ? name : undefined;
};

type Named = readonly (readonly [string, unknown])[];

/** A former name is nobody's name now, or two parts would be one on AWS. */
export function checkRenamed(groups: { readonly sites: Named; readonly databases: Named; readonly topics: Named }, names: readonly string[], at: Place): void {
  const taken = new Map<string, string>();
  for (const kind of ["sites", "databases", "topics"] as const) {
    for (const [name, definition] of groups[kind]) {
      const former = isRecord(definition) ? definition.renamedFrom : undefined;
      if (typeof former !== "string") continue;
      const there = at.field(kind).field(name).field("renamedFrom");
      const other = former === name || names.includes(former) ? former : taken.get(former);
      if (former === name) there.error("name-taken", `"${name}" is still called so`, "take renamedFrom out");
      else if (other !== undefined) there.error("name-taken", `"${former}" is ${other === former ? "the name of another part" : `also what ${other} was called`}, so the two would be one on AWS`, "write the name that this one had");
      else taken.set(former, name);
    }
  }
}

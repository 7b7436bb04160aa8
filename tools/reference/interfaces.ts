/** An interface of the definition, as its doc comments tell it. */
export interface Described {
  readonly name: string;
  readonly text: string;
  readonly fields: readonly DescribedField[];
}

export interface DescribedField {
  readonly name: string;
  readonly type: string;
  /** Null: it must be written. */
  readonly otherwise: string | null;
  readonly text: string;
}

/**
 * The exported interfaces of a source in the style of our own: a comment above everything, one field a line. Throws where a
 * field has no comment, or may be left out without saying what it then is.
 */
export function interfacesIn(source: string, file: string): readonly Described[] {
  const found = source.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\nexport interface (\w+)(?:<.*>)? \{\n([^]*?)\n\}/g);
  return [...found].map(([, comment = "", name = "", body = ""]) => ({ name, text: plain(comment), fields: fieldsIn(body, `${file}: ${name}`) }));
}

/** The exported types of the same style that stand for a unit or a choice. */
export function typesIn(source: string): readonly { readonly name: string; readonly type: string; readonly text: string }[] {
  const found = source.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\nexport type (\w+) = (.+);/g);
  return [...found].map(([, comment = "", name = "", type = ""]) => ({ name, type, text: plain(comment) }));
}

function fieldsIn(body: string, where: string): readonly DescribedField[] {
  const fields: DescribedField[] = [];
  const rest = body.replaceAll(/ {2}\/\*\*([^]*?)\*\/\n {2}readonly (\w+)(\??): (.+);(?:\n|$)/g, (_, comment: string, name: string, optional: string, type: string) => {
    fields.push(field(comment, name, optional === "?", type, where));
    return "";
  });
  if (rest.trim() !== "") throw new Error(`${where}: a field needs a comment above it and stands on one line:\n${rest}`);
  return fields;
}

function field(comment: string, name: string, optional: boolean, type: string, where: string): DescribedField {
  const [text = "", otherwise] = plain(comment).split(/\s*@default\s+/);
  if (text === "") throw new Error(`${where}.${name}: the comment says nothing`);
  if (optional !== (otherwise !== undefined)) throw new Error(`${where}.${name}: ${optional ? "may be left out, so its comment needs @default" : "must be written, so it has no @default"}`);
  return { name, type, otherwise: otherwise ?? null, text };
}

/** A comment's text without its stars. */
const plain = (comment: string): string => comment.split("\n").map((line) => line.replace(/^\s*\*?\s?/, "").trim()).filter((line) => line !== "").join(" ");

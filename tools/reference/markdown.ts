import type { Described, DescribedField } from "./interfaces.ts";

/** A table of an interface's fields. */
export function section({ name, text, fields }: Described): string {
  const rows = fields.map((field) => `| \`${field.name}\` | ${code(readable(field.type))} | ${fallback(field)} | ${cell(field.text)} |`);
  return [`## ${name}`, "", text, "", "| Field | Type | When left out | Meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

/** A type as one reads it: without what only the compiler needs. */
export function readable(type: string): string {
  return type
    .replaceAll(/NoInfer<(\w+)>/g, (_, name: string) => name)
    .replaceAll(/\breadonly /g, "")
    .replaceAll(/Readonly<Record<\w+, (.+?)>>(?=$| )/g, (_, value: string) => `{ [name]: ${value} }`)
    .replaceAll(/(\w+Definition)<[^>]*>/g, (_, name: string) => name)
    .replaceAll(/\b(Used|Database|Team|Topic|Hosts|Environment)\b(?!Definition)/g, (_, name: string) => (name === "Used" ? "name of a database, topic or service" : `${name.toLowerCase()} name`));
}

/** Code may itself have backticks in it. */
const code = (text: string): string => (text.includes("`") ? `\`\` ${cell(text)} \`\`` : `\`${cell(text)}\``);
const cell = (text: string): string => text.replaceAll("|", "\\|");
const fallback = ({ otherwise }: DescribedField): string => {
  if (otherwise === null) return "**required**";
  return /^("[^"]*"|[{[\d].*|true|false)$/.test(otherwise) ? code(otherwise) : cell(otherwise);
};

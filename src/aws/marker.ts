/** The first line of every file that we write, as Terraform's JSON has comments. */
export const MARKER = "Written by `dailyge plan`; what is changed here is lost with the next one. Files of your own beside it stay.";

const IN_JSON = `{\n  "//": ${JSON.stringify(MARKER)}`;
const IN_LANGUAGE = `# ${MARKER}\n`;

/** Whether a file's text begins as ours do. */
export const isOurs = (content: string): boolean => content.startsWith(IN_JSON) || content.startsWith(IN_LANGUAGE);

/** A file of somebody else's that is written as one of ours; `from` says where it is to be changed. */
export function marked(name: string, content: string, from: string): string {
  if (!name.endsWith(".tf.json")) return `${IN_LANGUAGE}# It is a copy of ${from}.\n${content}`;
  const { "//": _comment, ...own } = JSON.parse(content) as Readonly<Record<string, unknown>>;
  return `${JSON.stringify({ "//": MARKER, ...own }, null, 2)}\n`;
}

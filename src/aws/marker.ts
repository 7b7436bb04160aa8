/** The first line of every file that we write, as Terraform's JSON has comments. */
export const MARKER = "Written by `dailyge plan`; what is changed here is lost with the next one. Files of your own beside it stay.";

/** Whether a file's text begins as ours do. */
export const isOurs = (content: string): boolean => content.startsWith(`{\n  "//": ${JSON.stringify(MARKER)}`);

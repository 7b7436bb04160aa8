/** A line of its log: the supervisor writes it down with its time. */
export const log = (line: string): void => void process.stdout.write(`${line}\n`);

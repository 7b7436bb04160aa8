import { Failure } from "../kit/failure.ts";

/** Reads a line from the terminal without showing it. @throws Failure `cancelled` on Ctrl-C */
export async function readHidden(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.resume();
  stdin.setEncoding("utf8");
  let line = "";
  try {
    for await (const typed of stdin as AsyncIterable<string>) {
      for (const letter of typed) {
        if (letter === "\r" || letter === "\n") return line;
        if (letter === "\u0003") throw new Failure("cancelled", "nothing was set");
        if (letter === "\u0004") return line;
        line = letter === "\u007f" || letter === "\b" ? line.slice(0, -1) : line + letter;
      }
    }
    return line;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write("\n");
  }
}

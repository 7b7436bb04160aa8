import { expect, test } from "vitest";
import { ProgressView } from "./progress.ts";

/** What a terminal of some rows shows of a text, with all that has scrolled out of it. */
function shown(text: string, rows: number): readonly string[] {
  const lines = [""];
  let cursor = 0;
  for (const [token] of text.matchAll(/\u001b\[1A|\u001b\[2K|\n|[^\u001b\n]+/g)) {
    if (token === "\u001b[1A") cursor = Math.max(cursor - 1, lines.length - rows, 0);
    else if (token === "\u001b[2K") lines[cursor] = "";
    else if (token !== "\n") lines[cursor] += token;
    else if (++cursor === lines.length) lines.push("");
  }
  return lines.slice(0, cursor);
}

function terminal(rows: number): { readonly view: ProgressView; lines(): readonly string[] } {
  let text = "";
  const view = new ProgressView({ tell: (more) => void (text += more), terminal: { interactive: true, columns: 80, rows, color: false } });
  return { view, lines: () => shown(text, rows) };
}

const names = (lines: readonly string[]): readonly string[] => lines.map((line) => line.split(" ")[1] ?? "");

test.each([4, 6, 12])("more parts than the %i rows of a terminal are each told once", (rows) => {
  const { view, lines } = terminal(rows);
  const parts = Array.from({ length: 10 }, (_, index) => `part-${index}`);
  for (const part of parts) {
    view.show({ part, state: "working", step: "starting" });
    view.tell("");
  }
  for (const part of parts.toReversed()) {
    view.show({ part, state: "ready", step: "stands" });
    view.tell("");
  }
  view.close();
  expect(names(lines()).toSorted()).toEqual(parts);
  expect(lines().filter((line) => !/^✓ part-\d +stands +\d/.test(line))).toEqual([]);
});

test("what is said meanwhile stays on the screen, above what still goes on", () => {
  const { view, lines } = terminal(24);
  view.show({ part: "mysql", state: "ready", step: "stands" });
  view.show({ part: "api", state: "working", step: "building" });
  view.tell("");
  view.tell("web serves 2\n");
  view.show({ part: "api", state: "ready", step: "serves" });
  view.close();
  expect(lines().map((line) => line.replace(/ +\d+\.\d s$/, ""))).toEqual(["✓ mysql       stands", "web serves 2", "✓ api         serves"]);
});

test("a long name moves all lines", () => {
  const { view, lines } = terminal(24);
  view.show({ part: "event-worker.1", state: "ready", step: "stands" });
  view.show({ part: "api", state: "ready", step: "stands" });
  view.close();
  expect(lines().map((line) => line.indexOf("stands"))).toEqual([17, 17]);
});

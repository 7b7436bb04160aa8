const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Emphasis, code and links within a line; everything else is text. */
function inline(text) {
  return text.split(/(`[^`]+`)/).map((piece, index) => (index % 2 === 1 ? `<code>${escaped(piece.slice(1, -1))}</code>` : marked(piece))).join("");
}

/** No pattern here looks past the mark that could begin the next one: else a page of `[` would keep us busy for minutes. */
function marked(text) {
  return escaped(text)
    .replace(/\[([^[\]]+)\]\(((?:https?:\/\/|mailto:)[^\s()[\]]+)\)/g, '<a href="$2" rel="noopener">$1</a>')
    .replace(/\*\*([^\s*](?:[^*]*[^\s*])?)\*\*/g, "<strong>$1</strong>")
    .replace(/\*([^\s*](?:[^*]*[^\s*])?)\*/g, "<em>$1</em>");
}

const HEADING = /^(#{1,6}) (.+)$/;
const without = (lines, mark) => lines.map((line) => line.replace(mark, ""));
const list = (tag, lines) => `<${tag}>${lines.map((line) => `<li>${inline(line)}</li>`).join("")}</${tag}>`;
const lined = (lines) => lines.map(inline).join("<br>");

/** A block is what all of its lines begin with; the first that fits. */
const BLOCKS = [
  [/^[-*] /, (lines, mark) => list("ul", without(lines, mark))],
  [/^\d+\. /, (lines, mark) => list("ol", without(lines, mark))],
  [/^> ?/, (lines, mark) => `<blockquote><p>${lined(without(lines, mark))}</p></blockquote>`],
  [/^/, (lines) => `<p>${lined(lines)}</p>`],
];

function block(lines) {
  const [mark, render] = BLOCKS.find(([mark]) => lines.every((line) => mark.test(line)));
  return render(lines, mark);
}

/** The everyday part of Markdown as HTML that holds no markup but ours. Blocks are apart by an empty line. */
export function toHtml(markdown) {
  const html = [];
  let lines = [];
  let code = null;
  const end = () => {
    if (lines.length > 0) html.push(block(lines));
    lines = [];
  };
  for (const line of markdown.split(/\r?\n/)) {
    if (line.startsWith("```")) {
      end();
      if (code) html.push(`<pre><code>${escaped(code.join("\n"))}</code></pre>`);
      code = code ? null : [];
    } else if (code) code.push(line);
    else if (HEADING.test(line)) {
      end();
      html.push(line.trimEnd().replace(HEADING, (_, marks, title) => `<h${marks.length}>${inline(title)}</h${marks.length}>`));
    } else if (line.trim() === "") end();
    else lines.push(line.trimEnd());
  }
  end();
  if (code) html.push(`<pre><code>${escaped(code.join("\n"))}</code></pre>`);
  return html.join("");
}

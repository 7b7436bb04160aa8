import assert from "node:assert/strict";
import { test } from "node:test";
import { toHtml } from "./markdown.js";

for (const [markdown, html] of [
  ["", ""],
  ["# Title\n\nText *with* **weight**.\nNext line", "<h1>Title</h1><p>Text <em>with</em> <strong>weight</strong>.<br>Next line</p>"],
  ["- one\n- `two *three*`", "<ul><li>one</li><li><code>two *three*</code></li></ul>"],
  ["1. one\n2. two", "<ol><li>one</li><li>two</li></ol>"],
  ["> said", "<blockquote><p>said</p></blockquote>"],
  ["```js\nif (a < b) {\n\n}\n```\nafter", "<pre><code>if (a &lt; b) {\n\n}</code></pre><p>after</p>"],
  ["```\nleft open", "<pre><code>left open</code></pre>"],
  ["# Title\nand text", "<h1>Title</h1><p>and text</p>"],
  ["[here](https://example.org/?a=1&b=2)", '<p><a href="https://example.org/?a=1&amp;b=2" rel="noopener">here</a></p>'],
  ["[bad](javascript:alert(1))", "<p>[bad](javascript:alert(1))</p>"],
  ['<img src=x onerror="alert(1)">', "<p>&lt;img src=x onerror=&quot;alert(1)&quot;&gt;</p>"],
  ['[x](https://a"onclick="b)', '<p><a href="https://a&quot;onclick=&quot;b" rel="noopener">x</a></p>'],
  ["2 * 3 * 4", "<p>2 * 3 * 4</p>"],
]) {
  test(JSON.stringify(markdown), () => assert.equal(toHtml(markdown), html));
}

for (const piece of ["[", "[a](http://", "*", "**a ", "`", "```\n", "> a\n", "- a\n", "# a\n", " ", "\n", "a&"]) {
  test(`256 KB of ${JSON.stringify(piece)} take no time`, () => {
    const start = performance.now();
    toHtml(`${piece.repeat(256 * 1024 / piece.length)}x`);
    assert(performance.now() - start < 10_000, "time grows faster than the text");
  });
}

const $ = (id) => document.getElementById(id);
const KEY = "notes";
const PAUSE_MS = 250;

const read = () => JSON.parse(localStorage.getItem(KEY) ?? "{}");
const write = (notes) => localStorage.setItem(KEY, JSON.stringify(notes));
const titleOf = (text) => text.split("\n").find((line) => line.trim() !== "")?.replace(/^#+ /, "").trim() ?? "Untitled";
const current = () => /^\/note\/([0-9a-f]+)$/.exec(location.pathname)?.[1] ?? null;

function go(path) {
  history.pushState(null, "", path);
  show();
}

/** The page that the address names. */
function show() {
  const notes = read();
  const id = current() in notes ? current() : null;
  $("list").replaceChildren(...Object.entries(notes).sort(([, one], [, other]) => other.at - one.at).map(([key, note]) => entry(key, note, key === id)));
  $("none").hidden = id !== null;
  $("note").hidden = id === null;
  if (id === null) return;
  if ($("text").value !== notes[id].text) $("text").value = notes[id].text;
  document.title = `${titleOf(notes[id].text)} · Notes`;
  void preview();
}

function entry(id, note, isCurrent) {
  const [row, link] = [document.createElement("li"), document.createElement("a")];
  link.href = `/note/${id}`;
  link.textContent = titleOf(note.text);
  if (isCurrent) link.setAttribute("aria-current", "page");
  row.append(link);
  return row;
}

/** Asks the service for the newest text only; what is on its way for an older one is given up. */
const environment = fetch("/environment.json").then((response) => response.json());
environment.catch(() => {});
let asking = new AbortController();

async function preview() {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const text = $("text").value;
  try {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (signal.aborted) return;
    const { RENDER_URL } = await environment;
    const response = await fetch(new URL("/render", RENDER_URL), { method: "POST", body: text, signal });
    if (!response.ok) throw new Error(await response.text());
    // The service escapes everything that is not its own markup, and the page's policy runs no inline script.
    $("preview").innerHTML = await response.text();
    $("problem").textContent = "";
  } catch {
    if (!signal.aborted) $("problem").textContent = "The preview is not available now. Your note is saved.";
  }
}

$("new").addEventListener("click", () => {
  const id = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  write({ ...read(), [id]: { text: "# New note\n\n", at: Date.now() } });
  go(`/note/${id}`);
  $("text").focus();
});

$("text").addEventListener("input", () => {
  write({ ...read(), [current()]: { text: $("text").value, at: Date.now() } });
  show();
});

$("delete").addEventListener("click", () => {
  const { [current()]: _, ...rest } = read();
  write(rest);
  go("/");
  $("new").focus();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("nav a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});
addEventListener("popstate", show);
show();

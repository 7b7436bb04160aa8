import { language, texts, translate } from "./texts.js";

const $ = (id) => document.getElementById(id);
const ANSWER_WITHIN_MS = 12_000;
let again = () => {};

async function ask(path, options = {}) {
  const response = await fetch(path, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS), ...options }).catch(() => {
    throw new Error(texts.unreachable);
  });
  if (response.ok) return response.json();
  if (response.status === 429) throw new Error(texts.wait(Number(response.headers.get("retry-after") ?? 60)));
  throw new Error({ 403: texts.forbidden, 404: texts.gone, 502: texts.unreachable, 503: texts.unreachable, 504: texts.unreachable }[response.status] ?? texts.failed);
}

/** Does something; shows what went wrong, and does it again where one asks for it. */
async function attempt(work) {
  $("problem").hidden = true;
  try {
    await work();
  } catch (error) {
    $("problem-text").textContent = error.message;
    $("problem").hidden = false;
    again = () => attempt(work);
  }
}

function element(tag, text, ...children) {
  const made = document.createElement(tag);
  if (text !== null) made.textContent = text;
  made.append(...children);
  return made;
}

async function showFigures() {
  const figures = await ask("/api/statistics");
  $("figures").replaceChildren(...Object.entries(texts.figure).map(([name, text]) =>
    element("div", null, element("dt", text), element("dd", figures[name].toLocaleString(language)))));
  $("days").replaceChildren(...figures.days.map(({ day, people, planned, completed }) => {
    const head = element("th", day);
    head.scope = "row";
    return element("tr", null, head, ...[people, planned, completed].map((number) => element("td", number.toLocaleString(language))));
  }));
  document.querySelector(".scroll").hidden = figures.days.length === 0;
  $("no-days").hidden = figures.days.length > 0;
}

let last = null;
let newest = 0;

async function showPeople(from = null) {
  const request = (newest += 1);
  const search = new URLSearchParams({ search: $("text").value, ...(from === null ? {} : { before: from }) });
  const { people, more } = await ask(`/api/people?${search}`);
  if (request !== newest) return;
  const rows = people.map(row);
  if (from === null) $("people").replaceChildren(...rows);
  else $("people").append(...rows);
  last = people.at(-1)?.id ?? null;
  $("more").hidden = !more;
  $("nobody").hidden = $("people").children.length > 0;
}

function row(person) {
  const since = new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(new Date(person.since));
  const details = element("span", [texts.since(since, person.tasks), ...(person.disabled ? [texts.disabled] : [])].join(" · "));
  details.className = "faint";
  const said = element("div", null, element("b", person.email), details);
  const button = element("button", person.disabled ? texts.enable : texts.disable);
  button.type = "button";
  button.className = person.disabled ? "quiet" : "stop";
  button.setAttribute("aria-label", `${button.textContent} ${person.email}`);
  button.addEventListener("click", () => change(person, button));
  const item = element("li", null, said, button);
  item.classList.toggle("disabled", person.disabled);
  return item;
}

async function change(person, button) {
  const disabled = !person.disabled;
  if (disabled && !confirm(texts.confirm(person.email))) return;
  button.disabled = true;
  await attempt(async () => {
    const { signedOut } = await ask(`/api/people/${person.id}/disabled`, { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify(disabled) });
    const changed = row({ ...person, disabled });
    button.closest("li").replaceWith(changed);
    changed.querySelector("button").focus();
    $("said").textContent = texts.done[disabled ? (signedOut ? "disabled" : "disabledSoon") : "enabled"](person.email);
    await showFigures();
  });
  button.disabled = false;
}

translate(document);
$("retry").addEventListener("click", () => again());
$("search").addEventListener("submit", (event) => {
  event.preventDefault();
  void attempt(() => showPeople());
});
$("more").addEventListener("click", () => attempt(() => showPeople(last)));
await attempt(async () => {
  const { environment, release } = await ask("/api/about");
  $("about").textContent = `${environment} · ${release}`;
  await Promise.all([showFigures(), showPeople()]);
});

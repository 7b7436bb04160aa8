import { idempotencyKey } from "./api.js";
import { isDay, shifted, spoken, today } from "./dates.js";
import { onSubmit, showFieldProblems } from "./form.js";
import * as route from "./route.js";
import { language, texts } from "./texts.js";

const $ = (id) => document.getElementById(id);

/** One day and what is planned for it. */
export function createDay({ api, attempt }) {
  let day = today();
  let newest = 0;
  let undo = () => {};

  const go = (to) => {
    if (isDay(to)) route.go(to === today() ? "/" : `/${to}`);
  };

  function say(text, undoing = null) {
    $("said").textContent = text;
    $("undo").hidden = undoing === null;
    undo = undoing ?? (() => {});
  }

  async function load() {
    const request = (newest += 1);
    $("date").value = day;
    $("day-title").textContent = spoken(day, language);
    $("today").disabled = day === today();
    $("day").setAttribute("aria-busy", "true");
    await attempt(async () => {
      const { tasks } = await api.list(day);
      if (request === newest) show(tasks);
    }, { again: load });
    if (request === newest) $("day").setAttribute("aria-busy", "false");
  }

  function clear() {
    $("tasks").replaceChildren();
    $("empty").hidden = true;
  }

  function show(tasks) {
    $("tasks").replaceChildren(...tasks.map(item));
    $("empty").hidden = tasks.length > 0;
  }

  function item(task) {
    const [row, label, box, title, button] = ["li", "label", "input", "span", "button"].map((tag) => document.createElement(tag));
    row.classList.toggle("done", task.completed);
    box.type = "checkbox";
    box.checked = task.completed;
    box.addEventListener("change", () => complete(task, box));
    title.className = "title";
    title.textContent = task.title;
    label.append(box, ...(task.time === null ? [] : [time(task.time)]), title);
    button.type = "button";
    button.textContent = "✕";
    button.setAttribute("aria-label", texts.remove(task.title));
    button.addEventListener("click", () => remove(task, button));
    row.append(label, button);
    return row;
  }

  function time(text) {
    const element = document.createElement("time");
    element.dateTime = text;
    element.textContent = text;
    return element;
  }

  async function complete(task, box) {
    box.disabled = true;
    const done = await attempt(async () => {
      const changed = await api.complete(task.id, box.checked);
      box.closest("li").classList.toggle("done", changed.completed);
      task.completed = changed.completed;
      say(changed.completed ? texts.completed(task.title) : texts.reopened(task.title));
    });
    box.disabled = false;
    if (!done) box.checked = task.completed;
    box.focus();
  }

  async function remove(task, button) {
    button.disabled = true;
    const done = await attempt(async () => {
      await api.remove(task.id);
      say(texts.removed(task.title), () => restore(task, idempotencyKey()));
      $("undo").focus();
      await load();
    });
    if (!done) button.disabled = false;
  }

  async function restore(task, key) {
    await attempt(async () => {
      const { id } = await api.create({ title: task.title, day: task.day, time: task.time }, key);
      if (task.completed) await api.complete(id, true);
      say(texts.added(task.title));
      await load();
      $("task-title").focus();
    });
  }

  /** What was typed keeps its key until it has arrived: pressing the button again cannot write it twice. */
  let pending = { written: "", key: "" };
  onSubmit($("task-form"), async ({ title, time }) => {
    const task = { title, day, time: time || null };
    const written = JSON.stringify(task);
    if (pending.written !== written) pending = { written, key: idempotencyKey() };
    await attempt(async () => {
      await api.create(task, pending.key);
      pending = { written: "", key: "" };
      $("task-form").reset();
      showFieldProblems($("task-form"), {});
      say(texts.added(title.trim()));
      await load();
      $("task-title").focus();
    }, { onFields: (fields) => showFieldProblems($("task-form"), fields) });
  });

  $("previous").addEventListener("click", () => go(shifted(day, -1)));
  $("next").addEventListener("click", () => go(shifted(day, 1)));
  $("today").addEventListener("click", () => go(today()));
  $("date").addEventListener("change", () => go($("date").value));
  $("undo").addEventListener("click", () => undo());

  return {
    async show(to) {
      if (to !== day || $("day").hidden) clear();
      if (to !== day) say("");
      day = to;
      $("day").hidden = false;
      await load();
    },
    hide() {
      newest += 1;
      $("day").hidden = true;
      clear();
      $("task-form").reset();
      say("");
    },
  };
}

import { isDay, today } from "./dates.js";

/**
 * What an address shows: `/` and `/2026-11-22` a day, `/activity` what one did. Back, forward and reload keep it; the site
 * answers every such path with the same page.
 */
export function read(pathname) {
  const [, name = "", ...more] = pathname.replace(/\/$/, "").split("/");
  if (more.length > 0) return { view: "missing" };
  if (name === "") return { view: "day", day: today() };
  if (isDay(name)) return { view: "day", day: name };
  return { view: name === "activity" ? "activity" : "missing" };
}

const listeners = [];
const tell = () => listeners.forEach((listener) => listener(read(location.pathname)));

export const current = () => read(location.pathname);

export function go(path) {
  if (path !== location.pathname) history.pushState(null, "", path);
  tell();
}

export function onChange(listener) {
  listeners.push(listener);
}

/** Links within the page change the view, not the page; opened in a new tab they are as any other. */
export function follow(document) {
  addEventListener("popstate", tell);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-view]");
    if (link === null || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(link.pathname);
  });
}

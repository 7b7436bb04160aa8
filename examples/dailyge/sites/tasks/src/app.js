import { createAccount } from "./account.js";
import { createActivity } from "./activity.js";
import { Refused, createApi } from "./api.js";
import { createDay } from "./day.js";
import * as route from "./route.js";
import { texts, translate } from "./texts.js";

const $ = (id) => document.getElementById(id);
let again = () => {};

function showProblem(text, retry) {
  $("problem-text").textContent = text;
  $("problem").hidden = false;
  $("retry").hidden = retry === null;
  again = retry ?? (() => {});
}

const hideProblem = () => {
  $("problem").hidden = true;
};

/** The sentence for an error; a bug of ours is also left for the console. */
function sentence(error) {
  if (!(error instanceof Refused)) {
    console.error(error);
    return texts.failed;
  }
  if (error.status === 0 && !navigator.onLine) return texts.offline;
  if (error.status === 429) return `${texts.problems["too-many"]} ${texts.wait(error.retryAfterSeconds ?? 60)}`;
  return texts.problems[error.code] ?? (error.status === 0 || error.code === "unavailable" ? texts.unreachable : texts.failed);
}

/** Reads where the API is, sees who is signed in, and shows what is theirs. */
async function start() {
  hideProblem();
  $("connecting").hidden = false;
  try {
    const environment = await fetch("/environment.json", { cache: "no-cache" }).then((response) => response.json()).catch(() => {
      throw new Refused(0, { code: "unreachable", message: "no environment.json" });
    });
    const api = createApi(environment.API_URL, (release) => ($("release").textContent = texts.release(release)));
    const email = await api.whoAmI();
    run(api, email);
    $("connecting").hidden = true;
  } catch (error) {
    $("connecting").hidden = true;
    showProblem(sentence(error), start);
  }
}

function run(api, email) {
  /** Does something and shows what went wrong. Whether it went well. */
  async function attempt(work, { onFields, again: retry = null } = {}) {
    hideProblem();
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof Refused && error.code === "signed-out") signedOut();
      if (error instanceof Refused && error.code === "invalid" && onFields) onFields(error.fields);
      else showProblem(sentence(error), retry);
      return false;
    }
  }

  const views = { day: createDay({ api, attempt }), activity: createActivity({ api, attempt }) };
  const account = createAccount({ api, attempt, done: (email) => signedIn(email, true) });
  let isSignedIn = false;

  /** Shows what the address says. */
  async function show({ view, day } = route.current(), moveFocus = true) {
    if (!isSignedIn) return;
    hideProblem();
    for (const [name, each] of Object.entries(views)) if (name !== view) each.hide();
    for (const link of $("views").querySelectorAll("a")) link.setAttribute("aria-current", link.dataset.view === view ? "page" : "false");
    $("missing").hidden = view !== "missing";
    const loading = views[view]?.show(day);
    if (moveFocus) $(`${view}-title`).focus();
    await loading;
  }

  function signedIn(email, moveFocus = false) {
    account.hide();
    isSignedIn = true;
    $("email").textContent = email;
    for (const id of ["who", "views"]) $(id).hidden = false;
    void show(route.current(), moveFocus);
  }

  function signedOut() {
    isSignedIn = false;
    for (const view of Object.values(views)) view.hide();
    for (const id of ["who", "views", "missing"]) $(id).hidden = true;
    $("email").textContent = "";
    account.show();
  }

  route.onChange((to) => void show(to, to.view !== "day"));
  $("sign-out").addEventListener("click", () => attempt(async () => {
    await api.signOut().catch((error) => {
      if (error.code !== "signed-out") throw error;
    });
    signedOut();
  }));

  if (email !== null) signedIn(email);
  else signedOut();
}

translate(document);
route.follow(document);
$("retry").addEventListener("click", () => again());
addEventListener("online", () => {
  if (!$("problem").hidden) again();
});
await start();

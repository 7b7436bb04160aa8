import { createAccount } from "/account.js";
import { Refused, createApi } from "/api.js";
import { createDay } from "/day.js";
import { texts, translate } from "/texts.js";

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

  const day = createDay({ api, attempt });
  const account = createAccount({ api, attempt, done: (email) => signedIn(email, true) });

  function signedIn(email, moveFocus = false) {
    account.hide();
    $("email").textContent = email;
    $("who").hidden = false;
    void day.show();
    if (moveFocus) $("day-title").focus();
  }

  function signedOut() {
    day.hide();
    $("who").hidden = true;
    $("email").textContent = "";
    account.show();
  }

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
$("retry").addEventListener("click", () => again());
addEventListener("online", () => {
  if (!$("problem").hidden) again();
});
await start();

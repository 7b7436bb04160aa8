import { onSubmit, showFieldProblems } from "./form.js";
import { texts } from "./texts.js";

const $ = (id) => document.getElementById(id);

/** Sign in or sign up, on one form. `done` gets the account's address. */
export function createAccount({ api, attempt, done }) {
  let isNew = false;

  function switchTo(next) {
    isNew = next;
    $("account-title").textContent = isNew ? texts.signUpTitle : texts.signInTitle;
    $("account-submit").textContent = isNew ? texts.signUp : texts.signIn;
    $("account-switch").textContent = isNew ? texts.toSignIn : texts.toSignUp;
    $("account-password").autocomplete = isNew ? "new-password" : "current-password";
    $("account-password-hint").hidden = !isNew;
    showFieldProblems($("account-form"), {});
  }

  $("account-switch").addEventListener("click", () => {
    switchTo(!isNew);
    $("account-email").focus();
  });

  onSubmit($("account-form"), async (credentials) => {
    await attempt(async () => {
      const { email } = await (isNew ? api.signUp(credentials) : api.signIn(credentials));
      $("account-form").reset();
      switchTo(false);
      done(email);
    }, { onFields: (fields) => showFieldProblems($("account-form"), fields) });
  });

  return {
    show() {
      $("account").hidden = false;
      $("account-email").focus();
    },
    hide() {
      $("account").hidden = true;
    },
  };
}

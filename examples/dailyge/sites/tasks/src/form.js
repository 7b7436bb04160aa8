import { texts } from "./texts.js";

/** Shows under each field what is wrong with it, and puts the cursor into the first. */
export function showFieldProblems(form, fields) {
  for (const input of form.querySelectorAll("input")) {
    const place = document.getElementById(`${input.id}-problem`);
    const problem = fields[input.name];
    input.setAttribute("aria-invalid", String(problem !== undefined));
    place.textContent = problem === undefined ? "" : (texts.fields[input.name]?.[problem] ?? problem);
    place.hidden = problem === undefined;
  }
  form.querySelector('[aria-invalid="true"]')?.focus();
}

/** Runs `work` once at a time; meanwhile the form's button is off. */
export function onSubmit(form, work) {
  const button = form.querySelector('[type="submit"]');
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    try {
      await work(Object.fromEntries(new FormData(form)));
    } finally {
      button.disabled = false;
    }
  });
}

import { Refused } from "./api.js";
import { moment } from "./dates.js";
import { language, texts } from "./texts.js";

const $ = (id) => document.getElementById(id);

/** What a person did, newest first. It is kept apart from the plans: where it is away, they are not. */
export function createActivity({ api, attempt }) {
  let newest = 0;

  async function load() {
    const request = (newest += 1);
    $("activity").setAttribute("aria-busy", "true");
    await attempt(async () => {
      const activity = await api.activity().catch((error) => {
        throw error instanceof Refused && error.code === "unavailable" ? new Refused(error.status, { code: "activity-away", message: error.message }) : error;
      });
      if (request !== newest) return;
      $("activities").replaceChildren(...activity.filter(({ what }) => what in texts.did).map(item));
      $("no-activity").hidden = activity.length > 0;
    }, { again: load });
    if (request === newest) $("activity").setAttribute("aria-busy", "false");
  }

  function item({ what, title, at }) {
    const [row, said, time] = ["li", "span", "time"].map((tag) => document.createElement(tag));
    said.textContent = texts.did[what](title);
    time.dateTime = at;
    time.textContent = moment(at, language);
    row.append(said, time);
    return row;
  }

  return {
    async show() {
      $("activity").hidden = false;
      await load();
    },
    hide() {
      newest += 1;
      $("activity").hidden = true;
      $("activities").replaceChildren();
      $("no-activity").hidden = true;
    },
  };
}

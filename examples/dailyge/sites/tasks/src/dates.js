const DAY = /^\d{4}-\d{2}-\d{2}$/;
const at = (day) => new Date(`${day}T12:00:00`);
const pad = (number, length = 2) => String(number).padStart(length, "0");
const written = (date) => `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;

/** Days are text like `2026-11-22`, in the reader's own calendar; noon keeps them clear of summer time. */
export const today = () => written(new Date());

export function isDay(text) {
  return DAY.test(text) && text >= "1970-01-01" && text <= "2199-12-31" && written(at(text)) === text;
}

export function shifted(day, days) {
  const date = at(day);
  date.setDate(date.getDate() + days);
  return written(date);
}

export function spoken(day, language) {
  return new Intl.DateTimeFormat(language, { weekday: "long", year: "numeric", month: "long", day: "numeric" }).format(at(day));
}

export function moment(at, language) {
  return new Intl.DateTimeFormat(language, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" }).format(new Date(at));
}

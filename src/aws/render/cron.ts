interface Field {
  readonly from: number;
  readonly to: number;
}

const MINUTE: Field = { from: 0, to: 59 };
const HOUR: Field = { from: 0, to: 23 };
const DAY: Field = { from: 1, to: 31 };
const MONTH: Field = { from: 1, to: 12 };
const WEEKDAY: Field = { from: 0, to: 6 };
/** Their numbers begin with 1 here, and with 0 in a crontab: names cannot be mistaken. */
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/**
 * The same times in the language of https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based:
 * a sixth field for the year, `?` for whichever kind of day is not asked about, steps counted from a beginning, and none
 * in a list, in a range or of weekdays, so those are written out.
 */
export function scheduleExpression(cron: string): string {
  const [minute = "*", hour = "*", day = "*", month = "*", weekday = "*"] = cron.split(" ");
  const days = weekday === "*" ? [translated(day, DAY), "?"] : ["?", weekdays(weekday)];
  return `cron(${translated(minute, MINUTE)} ${translated(hour, HOUR)} ${days[0]} ${translated(month, MONTH)} ${days[1]} *)`;
}

function translated(written: string, field: Field): string {
  const [, every] = /^\*\/(\d+)$/.exec(written) ?? [];
  if (every !== undefined) return Number(every) > field.to - field.from ? String(field.from) : `${field.from}/${Number(every)}`;
  return listed(written, field, String);
}

const weekdays = (written: string): string => listed(written, WEEKDAY, (number) => WEEKDAYS[number] ?? "");

/** A list of numbers and ranges as it is, one with steps in it written out; `*` in it is all. */
function listed(written: string, field: Field, name: (number: number) => string): string {
  if (written.split(",").includes("*")) return "*";
  if (written.includes("/")) return values(written, field).map(name).join(",");
  return written.replaceAll(/\d+/g, (number) => name(Number(number)));
}

/** Every number that a field stands for, each once, in their order. */
function values(written: string, { from, to }: Field): readonly number[] {
  const all = written.split(",").flatMap((piece) => {
    const [range = "", step = "1"] = piece.split("/");
    const [first = from, last = first] = range === "*" ? [from, to] : range.split("-").map(Number);
    return Array.from({ length: Math.floor((last - first) / Number(step)) + 1 }, (_nothing, index) => first + index * Number(step));
  });
  return [...new Set(all)].sort((one, other) => one - other);
}

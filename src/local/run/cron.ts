/** The fields of a cron expression, as the numbers that fit. */
interface Times {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly months: readonly number[];
  readonly daysOfWeek: readonly number[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** From one 29 February to the next there are at most eight years. */
const LONGEST_DAYS = 366 * 8 + 2;
/** No clock is put forward or back further than this. */
const LONGEST_SHIFT_MS = 3 * 3_600_000;

/**
 * Gives the first time after an instant at which a cron expression fits the clocks of a zone; null where none ever does. An
 * hour that clocks skip has no times; one that they repeat has each of its times once, as they come first.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html, "Daylight savings time"
 *
 * The expression is one that `resolve` lets through: five fields of digits, `*`, `,`, `-` and `/`.
 */
export function cronTimes(cron: string, timezone: string): (afterMs: number) => number | null {
  const times = readTimes(cron);
  const clock = clockOf(timezone);
  return (afterMs) => {
    const from = clock.shows(afterMs) - LONGEST_SHIFT_MS;
    const firstDay = Math.floor(from / DAY_MS) * DAY_MS;
    for (let day = firstDay; day < firstDay + LONGEST_DAYS * DAY_MS; day += DAY_MS) {
      if (!isDay(times, new Date(day))) continue;
      for (const minute of times.hours.flatMap((hour) => times.minutes.map((one) => hour * 60 + one))) {
        const shown = day + minute * MINUTE_MS;
        const instant = shown < from ? null : clock.firstAt(shown);
        if (instant !== null && instant > afterMs) return instant;
      }
    }
    return null;
  };
}

const isDay = ({ months, daysOfMonth, daysOfWeek }: Times, day: Date): boolean =>
  months.includes(day.getUTCMonth() + 1) && daysOfMonth.includes(day.getUTCDate()) && daysOfWeek.includes(day.getUTCDay());

function readTimes(cron: string): Times {
  const [minute = "", hour = "", dayOfMonth = "", month = "", dayOfWeek = ""] = cron.split(" ");
  return {
    minutes: numbers(minute, 0, 59),
    hours: numbers(hour, 0, 23),
    daysOfMonth: numbers(dayOfMonth, 1, 31),
    months: numbers(month, 1, 12),
    daysOfWeek: numbers(dayOfWeek, 0, 6),
  };
}

/** `30,1-5` → 1, 2, 3, 4, 5, 30. */
function numbers(field: string, from: number, to: number): readonly number[] {
  const found = new Set<number>();
  for (const piece of field.split(",")) {
    const [range = "", step = "1"] = piece.split("/");
    const [first = "", last = first] = range.split("-");
    const [low, high] = range === "*" ? [from, to] : [Number(first), Number(last)];
    for (let number = low; number <= high; number += Number(step)) found.add(number);
  }
  return [...found].sort((one, other) => one - other);
}

/** The clocks of a zone. What they show is told as the instant at which clocks of UTC show the same. */
interface Clock {
  shows(instant: number): number;
  /** The first instant at which they show this; null where they skip it. */
  firstAt(shown: number): number | null;
}

function clockOf(timeZone: string): Clock {
  const numeric = "numeric";
  const format = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric });
  const shows = (instant: number): number => {
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
  return {
    shows,
    firstAt: (shown) => {
      // They are changed at most once within two days: one of the two is what they are ahead of UTC by then.
      const ahead = [shown - DAY_MS, shown + DAY_MS].map((near) => shows(near) - near);
      const instants = ahead.map((by) => shown - by).filter((instant) => shows(instant) === shown);
      return instants.length === 0 ? null : Math.min(...instants);
    },
  };
}

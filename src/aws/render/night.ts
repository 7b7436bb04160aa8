import { minutesAhead } from "../../model/timezone.ts";

/** What is done while people sleep, in UTC as AWS wants it. In summer it is as many hours later as the clocks are. */
export interface Night {
  /** `18:00`: three in the morning of the platform. */
  readonly snapshot: string;
  /** Half an hour from then on: `18:00-18:30`. */
  readonly backup: string;
  /** An hour from four on Sunday morning: `sat:19:00-sat:20:00`. */
  readonly maintenance: string;
}

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const WEEK = 7 * 24 * 60;

/** The night of a platform by its IANA time zone. */
export function nightOf(timezone: string): Night {
  const ahead = minutesAhead(timezone);
  const at = (hour: number, minute: number) => {
    const minutes = (hour * 60 + minute - ahead + WEEK) % WEEK;
    const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
    return { day: DAYS[Math.floor(minutes / 1_440)] ?? DAYS[0], time: `${two((minutes % 1_440) / 60)}:${two(minutes % 60)}` };
  };
  const [three, four, five] = [at(3, 0), at(4, 0), at(5, 0)];
  return {
    snapshot: three.time,
    backup: `${three.time}-${at(3, 30).time}`,
    maintenance: `${four.day}:${four.time}-${five.day}:${five.time}`,
  };
}

/**
 * The time zones that RDS for MySQL takes, with their minutes ahead of UTC in January. Of several with the same clocks
 * the first is the one to be proposed.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.LocalTimeZone.html
 */
const RDS_ZONES: Readonly<Record<string, number>> = {
  UTC: 0, "US/Eastern": -300, "US/Central": -360, "US/Pacific": -480, "Brazil/East": -180, "Europe/Paris": 60, "Europe/Athens": 120,
  "Asia/Seoul": 540, "Asia/Singapore": 480, "Asia/Bangkok": 420, "Australia/Sydney": 660, "Africa/Cairo": 120, "Africa/Casablanca": 60,
  "Africa/Harare": 120, "Africa/Monrovia": 0, "Africa/Nairobi": 180, "Africa/Tripoli": 120, "Africa/Windhoek": 120,
  "America/Araguaina": -180, "America/Asuncion": -180, "America/Bogota": -300, "America/Buenos_Aires": -180, "America/Caracas": -240,
  "America/Chihuahua": -360, "America/Cuiaba": -240, "America/Denver": -420, "America/Fortaleza": -180, "America/Guatemala": -360,
  "America/Halifax": -240, "America/Manaus": -240, "America/Matamoros": -360, "America/Monterrey": -360, "America/Montevideo": -180,
  "America/Phoenix": -420, "America/Santiago": -180, "America/Tijuana": -480, "Asia/Amman": 180, "Asia/Ashgabat": 300, "Asia/Baghdad": 180,
  "Asia/Baku": 240, "Asia/Beirut": 120, "Asia/Calcutta": 330, "Asia/Damascus": 180, "Asia/Dhaka": 360, "Asia/Irkutsk": 480,
  "Asia/Jerusalem": 120, "Asia/Kabul": 270, "Asia/Karachi": 300, "Asia/Kathmandu": 345, "Asia/Krasnoyarsk": 420, "Asia/Magadan": 660,
  "Asia/Muscat": 240, "Asia/Novosibirsk": 420, "Asia/Riyadh": 180, "Asia/Shanghai": 480, "Asia/Taipei": 480, "Asia/Tehran": 210,
  "Asia/Tokyo": 540, "Asia/Ulaanbaatar": 480, "Asia/Vladivostok": 600, "Asia/Yakutsk": 540, "Asia/Yerevan": 240, "Atlantic/Azores": -60,
  "Australia/Adelaide": 630, "Australia/Brisbane": 600, "Australia/Darwin": 570, "Australia/Hobart": 660, "Australia/Perth": 480,
  "Brazil/DeNoronha": -120, "Canada/Newfoundland": -210, "Canada/Saskatchewan": -360, "Canada/Yukon": -420, "Europe/Amsterdam": 60,
  "Europe/Dublin": 0, "Europe/Helsinki": 120, "Europe/Istanbul": 180, "Europe/Kaliningrad": 120, "Europe/Moscow": 180, "Europe/Prague": 60,
  "Europe/Sarajevo": 60, "Pacific/Auckland": 780, "Pacific/Fiji": 720, "Pacific/Guam": 600, "Pacific/Honolulu": -600,
  "Pacific/Samoa": -660, "US/Alaska": -540, "US/East-Indiana": -300,
};

/** What RDS calls a zone: IANA links several names to one, `America/New_York` and `US/Eastern`. Undefined where it has none of them. */
export function rdsZone(zone: string): string | undefined {
  if (Object.hasOwn(RDS_ZONES, zone)) return zone;
  const meant = canonical(zone);
  return Object.keys(RDS_ZONES).find((known) => canonical(known) === meant);
}

const canonical = (zone: string): string => new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;

/** Fifteenth of January and of July 2026, in milliseconds since 1970. */
const JANUARY = 1_768_435_200_000;
const JULY = 1_784_073_600_000;

/** Minutes that clocks of an IANA zone are ahead of UTC in January. Of zones that RDS does not take it asks for the data of all zones, 15 ms. */
export const minutesAhead = (zone: string): number => RDS_ZONES[zone] ?? minutesAheadAt(zone, JANUARY);

/** A zone of RDS whose clocks are the same in winter and summer; undefined where there is none. */
export function nearestRdsZone(zone: string): string | undefined {
  return Object.keys(RDS_ZONES).find((known) => [JANUARY, JULY].every((time) => minutesAheadAt(known, time) === minutesAheadAt(zone, time)));
}

function minutesAheadAt(zone: string, time: number): number {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(time);
  const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)$/.exec(parts.find(({ type }) => type === "timeZoneName")?.value ?? "") ?? [];
  return (sign === "-" ? -1 : 1) * (60 * Number(hours ?? 0) + Number(minutes ?? 0));
}

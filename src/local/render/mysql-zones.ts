/** What a time zone is: when its clocks changed, in seconds of Unix time, and to what. */
export interface ZoneRules {
  readonly changes: readonly { readonly at: number; readonly kind: number }[];
  readonly kinds: readonly { readonly offsetSeconds: number; readonly summer: boolean; readonly abbreviation: string }[];
}

/** Sizes of the parts of a block. RFC 9636, 3.1 and 3.2. */
interface Header {
  readonly version: number;
  readonly counts: { readonly universal: number; readonly standard: number; readonly leap: number; readonly time: number; readonly kind: number; readonly character: number };
}

const HEADER_BYTES = 44;
const MAGIC = 0x545a6966;

/** Reads a file of the tz database. Null when it is none, or when it leaves times after its last change to a formula. */
export function parseZone(bytes: Uint8Array): ZoneRules | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = header(view, 0);
  if (first === null) return null;
  if (first.counts.time > 0 || first.version === 0) return block(view, HEADER_BYTES, first.counts, 4);
  // The first block of a "slim" file is empty; the second has wider numbers, and the formula behind it.
  const start = HEADER_BYTES + blockBytes(first.counts, 4);
  const second = header(view, start);
  if (second === null) return null;
  const formula = latin(bytes.subarray(start + HEADER_BYTES + blockBytes(second.counts, 8)));
  return formula.includes(",") ? null : block(view, start + HEADER_BYTES, second.counts, 8);
}

function header(view: DataView, at: number): Header | null {
  if (view.byteLength < at + HEADER_BYTES || view.getUint32(at) !== MAGIC) return null;
  const count = (index: number): number => view.getUint32(at + 20 + index * 4);
  return {
    version: view.getUint8(at + 4),
    counts: { universal: count(0), standard: count(1), leap: count(2), time: count(3), kind: count(4), character: count(5) },
  };
}

const blockBytes = ({ universal, standard, leap, time, kind, character }: Header["counts"], width: 4 | 8): number =>
  time * (width + 1) + kind * 6 + character + leap * (width + 4) + standard + universal;

function block(view: DataView, start: number, { time, kind, character }: Header["counts"], width: 4 | 8): ZoneRules {
  const kindsStart = start + time * (width + 1);
  const names = new Uint8Array(view.buffer, view.byteOffset + kindsStart + kind * 6, character);
  const abbreviation = (from: number): string => latin(names.subarray(from, names.indexOf(0, from)));
  const second = (index: number): number => (width === 4 ? view.getInt32(start + index * 4) : Number(view.getBigInt64(start + index * 8)));
  return {
    changes: Array.from({ length: time }, (_, index) => ({ at: second(index), kind: view.getUint8(start + time * width + index) })).filter(({ at }) => fits(at)),
    kinds: Array.from({ length: kind }, (_, index) => {
      const at = kindsStart + index * 6;
      return { offsetSeconds: view.getInt32(at), summer: view.getUint8(at + 4) === 1, abbreviation: abbreviation(view.getUint8(at + 5)) };
    }),
  };
}

/** The servers' own range of times. */
const fits = (seconds: number): boolean => seconds >= -(2 ** 31) && seconds < 2 ** 31;

const latin = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Statements that fill a new server's tables of time zones: few, since each is made durable, and one a line. */
export function zonesSql(zones: readonly { readonly names: readonly string[]; readonly rules: ZoneRules }[]): string {
  const rows = (of: (zone: (typeof zones)[number], number: number) => readonly string[]): readonly string[] => zones.flatMap((zone, index) => of(zone, index + 1));
  const statements = [
    ...inserts("time_zone (Time_zone_id, Use_leap_seconds)", rows((_, number) => [`${number}, 'N'`])),
    ...inserts("time_zone_name (Name, Time_zone_id)", rows(({ names }, number) => names.map((name) => `'${name}', ${number}`))),
    ...inserts(
      "time_zone_transition (Time_zone_id, Transition_time, Transition_type_id)",
      rows(({ rules }, number) => rules.changes.map(({ at, kind }) => `${number}, ${at}, ${kind}`)),
    ),
    ...inserts(
      "time_zone_transition_type (Time_zone_id, Transition_type_id, `Offset`, Is_DST, Abbreviation)",
      rows(({ rules }, number) =>
        rules.kinds.map(({ offsetSeconds, summer, abbreviation }, kind) => `${number}, ${kind}, ${offsetSeconds}, ${summer ? 1 : 0}, '${abbreviation}'`),
      ),
    ),
  ];
  return ["USE mysql;", "START TRANSACTION;", ...statements, "COMMIT;", ""].join("\n");
}

/** Rows in one statement: a server that is being made takes none of more than 20,000 characters. */
const ROWS = 300;

function inserts(into: string, rows: readonly string[]): readonly string[] {
  const statements: string[] = [];
  for (let at = 0; at < rows.length; at += ROWS) {
    statements.push(`INSERT INTO ${into} VALUES ${rows.slice(at, at + ROWS).map((row) => `(${row})`).join(",")};`);
  }
  return statements;
}

import type { Duration, Size } from "./units.ts";

/** Times at which a service runs to its end. */
export interface ScheduleDefinition {
  /** Minute, hour, day of month, month, day of week: `"0 3 * * 1-5"` is three o'clock on working days. */
  readonly cron: string;
  /** IANA time zone of these times. @default the platform's */
  readonly timezone?: string;
  /** Begin also while the run before has not ended; otherwise that time is passed over and told. AWS begins it in either case. @default false */
  readonly overlap?: boolean;
}

/** A program of the team that runs on and answers requests, or works by itself. */
export interface ServiceDefinition<Used extends string = string, Team extends string = string, Topic extends string = string, Hosts extends string = string> {
  /** Its sources, relative to `platform.ts`; for AWS they hold its Dockerfile. */
  readonly directory: string;
  /** Shell command run once per release in a copy of the directory. @default none */
  readonly build?: string;
  /** Shell command that runs it; it serves on `HOST` and `PORT`, and stops on SIGTERM. */
  readonly start: string;
  /** Shell command that brings its database to this release's schema, once per release, before its first replica. @default none */
  readonly migrate?: string;
  /** Shell command that fills its databases with what one develops with; run by `dailyge seed`, never on AWS. @default none */
  readonly seed?: string;
  /** When `start` runs: once at each of these times, to its end, instead of all the time. @default none, it runs all the time */
  readonly schedule?: string | ScheduleDefinition;
  /** First label of its host name. Without one, nobody can call it. @default none */
  readonly host?: string;
  /** Who may call it: everyone, one team, or several. @default "public" where it has a host */
  readonly reachableBy?: "public" | NoInfer<Team> | readonly NoInfer<Team>[];
  /** Narrower rules for some paths, the first match decides; `*` stands for any text. @default {} */
  readonly paths?: Readonly<Record<string, "public" | "nobody" | NoInfer<Team>>>;
  /**
   * The load balancer before it on AWS: one that everyone may connect to, or a second one that only the networks of teams
   * can connect to. All closed services share that; for the first of them it is 16.43 USD a month, 3.65 for its address in
   * each zone, and what passes it (Seoul). @default "open"
   */
  readonly entrance?: "open" | "closed";
  /** Port it listens on in its container; on one machine `PORT` says a free one. @default 8080 */
  readonly port?: number;
  /** Path that answers 200 when it can serve. @default "/" */
  readonly health?: string;
  /** Where it shows Prometheus metrics; on one machine `METRICS_PORT` says a free port. @default none */
  readonly metrics?: { readonly port: number; readonly path?: string };
  /** Share of a processor core and memory of one replica; more memory ends it. @default { cpu: 0.25, memory: "256 MB" } */
  readonly size?: { readonly cpu?: number; readonly memory?: Size };
  /** What runs it: its heap then ends below the memory of `size`, by `NODE_OPTIONS` or `JDK_JAVA_OPTIONS`; one of these in `environment` takes the place of ours. @default none, it minds its memory itself */
  readonly runtime?: "node" | "java";
  /** Group of hosts that it runs on in AWS. @default the first group */
  readonly hosts?: NoInfer<Hosts>;
  /** How many run: a number, or a range that keeps the processor at `targetCpuPercent`, 60 unless written. @default 1 */
  readonly replicas?: number | { readonly least: number; readonly most: number; readonly targetCpuPercent?: number };
  /**
   * What it may use: databases (it gets an own user and `NAME_HOST`, `NAME_URL` and so on), topics it publishes to
   * (`NAME_TOPIC_ARN`), other services it calls inside the platform (`NAME_URL`). @default []
   */
  readonly uses?: readonly NoInfer<Used>[];
  /** Topics whose messages it receives, from a queue of its own: `NAME_QUEUE_URL`. @default [] */
  readonly consumes?: readonly NoInfer<Topic>[];
  /** Variables whose values are secret: set with `dailyge secret set`, or generated once. @default [] */
  readonly secrets?: readonly (string | { readonly name: string; readonly generate: true })[];
  /** Further variables; `{mysql.host}` in a value refers to a database, `{api.url}` to its own or a site's public address, or that of a used service inside the platform. @default {} */
  readonly environment?: Readonly<Record<string, string>>;
  /** The longest it may take from start to its first healthy answer. @default "60 seconds" */
  readonly startWithin?: Duration;
  /** Time it gets to finish its requests after SIGTERM; then it is killed. @default "20 seconds" */
  readonly stopWithin?: Duration;
}

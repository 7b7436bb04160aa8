export interface Configuration {
  readonly host: string;
  /** Null: metrics are not shown. */
  readonly metricsPort: number | null;
  readonly release: string;
  /** The queue in which the topic's events wait for us. */
  readonly queueUrl: string;
  /** With user and password. */
  readonly mongodbUrl: string;
  readonly mongodbDatabase: string;
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** The environment does not say all that we need; every problem is named. */
export class ConfigurationError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join("; "));
    this.name = "ConfigurationError";
  }
}

export function readConfiguration(variables: Variables): Configuration {
  const problems: string[] = [];
  const required = (name: string): string => {
    const value = variables[name];
    if (!value) problems.push(`${name} is not set`);
    return value ?? "";
  };
  const metricsPort = variables["METRICS_PORT"];
  if (metricsPort !== undefined && !(/^\d+$/.test(metricsPort) && Number(metricsPort) <= 65_535)) problems.push(`METRICS_PORT is no port: "${metricsPort}"`);
  const configuration = {
    host: variables["HOST"] ?? "127.0.0.1",
    metricsPort: metricsPort === undefined ? null : Number(metricsPort),
    release: variables["RELEASE"] ?? "unreleased",
    queueUrl: required("EVENTS_QUEUE_URL"),
    mongodbUrl: required("MONGODB_URL"),
    mongodbDatabase: required("MONGODB_DATABASE"),
  };
  if (problems.length > 0) throw new ConfigurationError(problems);
  return configuration;
}

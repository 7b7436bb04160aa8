export interface Configuration {
  readonly host: string;
  readonly port: number;
  /** Null: metrics are not shown. */
  readonly metricsPort: number | null;
  readonly environment: string;
  readonly release: string;
  /** Origins whose pages may call us with their user's cookie. */
  readonly allowedOrigins: readonly string[];
  readonly tokenKey: string;
  readonly database: DatabaseAddress;
  readonly redis: RedisAddress;
  readonly mongodb: MongodbAddress;
  /** The topic that hears what happens. */
  readonly topicArn: string;
}

export interface RedisAddress {
  /** With user and password. */
  readonly url: string;
  /** What our keys begin with. */
  readonly prefix: string;
}

export interface MongodbAddress {
  /** With user and password. */
  readonly url: string;
  readonly database: string;
}

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Encrypted, and the server's certificate checked against those of Amazon RDS. */
  readonly tls: boolean;
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** The environment does not say all that we need; every problem is named. */
export class ConfigurationError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join("; "));
    this.name = "ConfigurationError";
  }
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

export function readConfiguration(variables: Variables): Configuration {
  const problems: string[] = [];
  const tokenKey = variables["JWT_KEY"] ?? "";
  if (tokenKey.length < 16) problems.push("JWT_KEY must have at least 16 characters");
  const configuration = {
    host: variables["HOST"] ?? "127.0.0.1",
    port: port("PORT", variables["PORT"] ?? "8080", problems),
    metricsPort: variables["METRICS_PORT"] === undefined ? null : port("METRICS_PORT", variables["METRICS_PORT"], problems),
    environment: variables["PLATFORM_ENVIRONMENT"] ?? "unknown",
    release: variables["RELEASE"] ?? "unreleased",
    allowedOrigins: origins(variables["ALLOWED_ORIGINS"] ?? "", problems),
    tokenKey,
    database: database(variables, problems),
    redis: { url: required(variables, "REDIS_URL", problems), prefix: variables["REDIS_PREFIX"] ?? "" },
    mongodb: { url: required(variables, "MONGODB_URL", problems), database: required(variables, "MONGODB_DATABASE", problems) },
    topicArn: required(variables, "EVENTS_TOPIC_ARN", problems),
  };
  if (problems.length > 0) throw new ConfigurationError(problems);
  return configuration;
}

/** The part of the configuration that a migration needs. */
export function readDatabaseAddress(variables: Variables): DatabaseAddress {
  const problems: string[] = [];
  const address = database(variables, problems);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return address;
}

/**
 * A database on this machine is spoken to in the clear, any other only encrypted: on one machine there is no certificate, and
 * RDS refuses clear connections in production. `MYSQL_TLS=off` is for a database elsewhere that has none.
 */
function database(variables: Variables, problems: string[]): DatabaseAddress {
  const host = required(variables, "MYSQL_HOST", problems);
  return {
    host,
    port: port("MYSQL_PORT", variables["MYSQL_PORT"] ?? "3306", problems),
    user: required(variables, "MYSQL_USER", problems),
    password: variables["MYSQL_PASSWORD"] ?? "",
    database: required(variables, "MYSQL_DATABASE", problems),
    tls: !LOOPBACK.test(host) && variables["MYSQL_TLS"] !== "off",
  };
}

function required(variables: Variables, name: string, problems: string[]): string {
  const value = variables[name];
  if (!value) problems.push(`${name} is not set`);
  return value ?? "";
}

function port(name: string, text: string, problems: string[]): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) problems.push(`${name} is no port: "${text}"`);
  return value;
}

function origins(text: string, problems: string[]): readonly string[] {
  return text.split(",").map((origin) => origin.trim()).filter((origin) => origin !== "").map((origin) => {
    const url = URL.parse(origin);
    if (url === null || !/^https?:$/.test(url.protocol)) problems.push(`ALLOWED_ORIGINS has "${origin}", which is no origin`);
    return url?.origin ?? origin;
  });
}

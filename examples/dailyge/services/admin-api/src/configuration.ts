export interface Configuration {
  readonly host: string;
  readonly port: number;
  readonly environment: string;
  readonly release: string;
  readonly database: DatabaseAddress;
  /** The API's address inside the platform. */
  readonly apiUrl: string;
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

/** On one machine there is no certificate, and RDS refuses clear connections in production. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

export function readConfiguration(variables: Variables): Configuration {
  const problems: string[] = [];
  const required = (name: string): string => {
    const value = variables[name];
    if (!value) problems.push(`${name} is not set`);
    return value ?? "";
  };
  const port = (name: string, otherwise: string): number => {
    const text = variables[name] ?? otherwise;
    if (!/^\d+$/.test(text) || Number(text) > 65_535) problems.push(`${name} is no port: "${text}"`);
    return Number(text);
  };
  const host = required("MYSQL_HOST");
  const apiUrl = required("API_URL");
  if (apiUrl !== "" && !URL.canParse(apiUrl)) problems.push(`API_URL is no address: "${apiUrl}"`);
  const configuration = {
    host: variables["HOST"] ?? "127.0.0.1",
    port: port("PORT", "8080"),
    environment: variables["PLATFORM_ENVIRONMENT"] ?? "unknown",
    release: variables["RELEASE"] ?? "unreleased",
    database: {
      host,
      port: port("MYSQL_PORT", "3306"),
      user: required("MYSQL_USER"),
      password: variables["MYSQL_PASSWORD"] ?? "",
      database: required("MYSQL_DATABASE"),
      tls: !LOOPBACK.test(host) && variables["MYSQL_TLS"] !== "off",
    },
    apiUrl,
  };
  if (problems.length > 0) throw new ConfigurationError(problems);
  return configuration;
}

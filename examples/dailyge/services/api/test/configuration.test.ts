import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfiguration, readDatabaseAddress } from "../src/configuration.ts";

const least = {
  JWT_KEY: "0123456789abcdef", MYSQL_HOST: "127.0.0.1", MYSQL_USER: "api", MYSQL_DATABASE: "mysql",
  REDIS_URL: "redis://127.0.0.1:6379", MONGODB_URL: "mongodb://127.0.0.1:27017", MONGODB_DATABASE: "mongodb", EVENTS_TOPIC_ARN: "arn:aws:sns:x",
};

test("what is not said has a default", () => {
  const { database, redis, mongodb, ...rest } = readConfiguration(least);
  assert.deepEqual(rest, {
    host: "127.0.0.1", port: 8080, metricsPort: null, environment: "unknown", release: "unreleased", allowedOrigins: [], tokenKey: least.JWT_KEY,
    topicArn: "arn:aws:sns:x",
  });
  assert.deepEqual(database, { host: "127.0.0.1", port: 3306, user: "api", password: "", database: "mysql", tls: false });
  assert.deepEqual([redis, mongodb], [{ url: "redis://127.0.0.1:6379", prefix: "" }, { url: "mongodb://127.0.0.1:27017", database: "mongodb" }]);
});

test("all that is wrong is said at once, and no value of a secret", () => {
  assert.throws(() => readConfiguration({ JWT_KEY: "short", PORT: "eighty", ALLOWED_ORIGINS: "https://www.dailyge.com,nonsense", MYSQL_USER: "api" }), {
    name: "ConfigurationError",
    message: [
      "JWT_KEY must have at least 16 characters",
      'PORT is no port: "eighty"',
      'ALLOWED_ORIGINS has "nonsense", which is no origin',
      "MYSQL_HOST is not set",
      "MYSQL_DATABASE is not set",
      "REDIS_URL is not set",
      "MONGODB_URL is not set",
      "MONGODB_DATABASE is not set",
      "EVENTS_TOPIC_ARN is not set",
    ].join("; "),
  });
});

test("origins are compared as browsers write them", () => {
  assert.deepEqual(readConfiguration({ ...least, ALLOWED_ORIGINS: "https://www.dailyge.com/, http://www.dailyge.localhost:8080" }).allowedOrigins, [
    "https://www.dailyge.com", "http://www.dailyge.localhost:8080",
  ]);
});

test("only a database on this machine, or one said to have no certificate, is spoken to in the clear", () => {
  const tls = (MYSQL_HOST: string, more = {}) => readDatabaseAddress({ ...least, MYSQL_HOST, ...more }).tls;
  assert.deepEqual(["127.0.0.1", "localhost", "::1", "mysql.internal", "127.0.0.1.example.org"].map((host) => tls(host)), [false, false, false, true, true]);
  assert.equal(tls("mysql.internal", { MYSQL_TLS: "off" }), false);
});

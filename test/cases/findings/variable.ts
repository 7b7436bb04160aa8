import { service, shop, SERVICE, worker } from "../shop.ts";
import { found } from "./case.ts";

const variable = (value: unknown) => service({ environment: { VALUE: value } });
const topics = (fields: object) => shop({ topics: { events: {} }, services: { api: { ...SERVICE, ...fields } } });
const HERE = "services.api.environment.VALUE";
const NOWHERE = "holds a password and stands inside longer text, where no target can put it";

export const VARIABLE = [
  found("wrong-type", variable(8080), HERE, "this is to be text, not the number 8080", 'put it in quotes: "8080"'),
  found("bad-variable", variable("a\0b"), HERE, "a variable cannot hold the character of code 0", "take it out"),
  found("bad-variable", service({ environment: { "log-level": "info" } }), "services.api.environment.log-level",
    '"log-level" cannot name a variable: only letters, digits and _, not beginning with a digit', 'did you mean "LOG_LEVEL"?'),
  found("reserved-variable", service({ environment: { PORT: "80" } }), "services.api.environment.PORT", "the platform itself sets PORT: it says the port to serve on", "choose another name, or take it out"),
  found("reserved-variable", service({ secrets: ["RELEASE"] }), "services.api.secrets[0]", "the platform itself sets RELEASE: it says which release runs", "choose another name, or take it out"),
  found("unknown-reference", variable("{mysq.host}"), HERE, "{mysq.host} refers to no part", 'did you mean "mysql"?'),
  found("unknown-reference", variable("{mysql.pasword}"), HERE, 'a mysql database has no field "pasword"', 'did you mean "password"?'),
  found("unknown-reference", variable("${mysql.host}"), HERE, "${mysql.host} looks like a reference and would stay as it is", "write {mysql.host}"),
  found("unknown-reference", variable("{ mysql.host }"), HERE, "{ mysql.host } looks like a reference and would stay as it is", "write {mysql.host}"),
  found("unusable-reference", service({ uses: [], environment: { VALUE: "{mysql.host}" } }), HERE, '{mysql.host}: "api" does not use mysql, so it has no access to it', 'add "mysql" to uses'),
  found("unusable-reference", shop({ services: { api: { ...SERVICE, environment: { VALUE: "{admin.url}" } }, admin: { ...SERVICE, host: "admin", reachableBy: "office" } } }), HERE,
    '{admin.url}: "api" does not use admin, so it cannot reach it', 'add "admin" to uses: it is then its address inside the platform'),
  found("unknown-reference", topics({ uses: ["events"], environment: { VALUE: "{events.url}" } }), HERE, 'a topic has no field "url"', "its fields are arn, queue"),
  found("unusable-reference", topics({ consumes: ["events"], environment: { VALUE: "{events.arn}" } }), HERE, '{events.arn}: events is not in the uses of "api"', 'add "events" to uses'),
  found("unusable-reference", topics({ uses: ["events"], environment: { VALUE: "{events.queue}" } }), HERE, '{events.queue}: events is not in the consumes of "api"', 'add "events" to consumes'),
  found("variable-taken", topics({ consumes: ["events"], secrets: ["EVENTS_QUEUE_URL"] }), "services.api.secrets[0]", "EVENTS_QUEUE_URL comes from using events", "take it out, or choose another name"),
  found("unusable-reference", worker({ environment: { OWN: "{worker.url}" } }), "services.worker.environment.OWN", "{worker.url}: worker has no host, and so no address", "give worker a host"),
  found("secret-inside-text", variable("mysql://app:{mysql.password}@{mysql.host}"), HERE, `{mysql.password} ${NOWHERE}`, 'let it be the whole value: "{mysql.password}"'),
  found("secret-inside-text", variable("{mysql.url}?ssl=1"), HERE, `{mysql.url} ${NOWHERE}`, 'let it be the whole value: "{mysql.url}"'),
  found("variable-taken", service({ secrets: ["KEY"], environment: { KEY: "1" } }), "services.api.secrets[0]", "KEY is both a secret and a variable of environment", "take it out of one of them"),
  found("variable-taken", service({ secrets: ["MYSQL_PASSWORD"] }), "services.api.secrets[0]", "MYSQL_PASSWORD comes from using mysql", "take it out, or choose another name"),
  found("duplicate", service({ secrets: ["KEY", { name: "KEY", generate: true }] }), "services.api.secrets[1]", '"KEY" stands here twice', "take one of them out"),
  found("wrong-type", service({ secrets: [{ name: "KEY", generate: false }] }), "services.api.secrets[0].generate", "generate can only be true", "write the name alone for a secret that a person sets"),
];

import { shop, site, SERVICE, SITE } from "../shop.ts";
import { found } from "./case.ts";

const dotted = 'write it relative to platform.ts, below it: "services/api"';

export const SITE_CASES = [
  found("wrong-type", shop({ sites: { main: "sites/main" } }), "sites.main", 'a site is to be an object, not the text "sites/main"', "write { host, apex, directory ... }"),
  found("unknown-field", site({ singelPage: true }), "sites.main.singelPage", 'a site has no field "singelPage"', 'did you mean "singlePage"?'),
  found("bad-host", site({ host: "www.shop.example" }), "sites.main.host", '"www.shop.example" has a dot in it; the domain is added to it', 'did you mean "www"?'),
  found("bad-host", site({ host: "WWW" }), "sites.main.host", '"WWW" is no host name: 1 to 63 lower-case letters, digits and inner hyphens', 'did you mean "www"?'),
  found("bad-host", shop({ sites: { main: { ...SITE, host: "w".repeat(62) } } }, { environments: { dev: { branch: "dev", hosts: "{host}-dev" } } }), "sites.main.host",
    `in this environment it would be "${"w".repeat(62)}-dev", with 66 characters; a host name's label has at most 63`, "choose a shorter one"),
  found("host-taken", site({ host: "api" }), "services.api.host", '"api" is already the host of main', "give it a host of its own"),
  found("two-apexes", shop({ sites: { main: { ...SITE, apex: true }, tasks: { ...SITE, host: "tasks", apex: true } } }), "sites.tasks.apex", "main already answers at the bare domain", "leave apex with one site"),
  found("apex-unused", shop({ sites: { main: { ...SITE, apex: true } } }, { environments: { dev: { branch: "dev", hosts: "{host}-dev" } } }), "sites.main.apex",
    "no environment has the bare domain", 'write hosts: "{host}" in the environment that is to have it'),
  found("bad-directory", site({ directory: "../main" }), "sites.main.directory", '"../main" is outside the directory of platform.ts, where it is not part of the project', dotted),
  found("bad-directory", site({ directory: "/srv/main" }), "sites.main.directory", '"/srv/main" is not relative to platform.ts', dotted),
  found("bad-directory", site({ directory: "sites\\main" }), "sites.main.directory", '"sites\\\\main" has a backslash or a control character in it', dotted),
  found("bad-directory", site({ directory: "" }), "sites.main.directory", '"" names no directory', dotted),
  found("missing-directory", site({ directory: "sites/absent" }), "sites.main.directory", 'there is no directory "sites/absent" beside platform.ts', "make it: mkdir -p sites/absent"),
  found("missing-directory", site({ output: "absent" }), "sites.main.output", 'there is no directory "sites/main/absent" beside platform.ts', "make it: mkdir -p sites/main/absent"),
  found("bad-command", site({ build: " " }), "sites.main.build", '" " is no command', "write what you would type in a shell, or leave the field out"),
  found("unusable-reference", site({ environment: { DATABASE: "{mysql.host}" } }), "sites.main.environment.DATABASE",
    "{mysql.host} in a site: its files are public, and a browser cannot reach a database", "refer to a service that uses mysql"),
  found("unusable-reference", shop({ services: { worker: { ...SERVICE, host: undefined } }, sites: { main: { ...SITE, environment: { WORKER: "{worker.url}" } } } }), "sites.main.environment.WORKER",
    "{worker.url}: worker has no host, and so no address", "give worker a host"),
  found("unknown-reference", site({ environment: { API: "{api.host}" } }), "sites.main.environment.API", 'api has no field "host"', "write {api.url}, its public address"),
  found("reserved-variable", site({ environment: { PATH: "/bin" } }), "sites.main.environment.PATH", "the platform itself sets PATH: it says where programs are", "choose another name, or take it out"),
  found("name-too-long", shop({ sites: { ["a".repeat(28)]: SITE } }, { name: "a-shop-of-some-names" }), `sites.${"a".repeat(28)}`,
    `its name on AWS, a-shop-of-some-names-prod-${"a".repeat(28)}, has 54 characters, but a bucket at most 50`, "shorten it by 4"),
];

import { DATABASE, environment, platform, shop, SERVICE, SITE } from "../shop.ts";
import { found } from "./case.ts";

const TAKEN = "is taken: it means something else to the platform or to what it is made of";

const two = (dev: object) => ({ environments: { dev: { branch: "dev", ...dev }, prod: { branch: "main" } } });

export const PLATFORM = [
  found("wrong-type", undefined, "", "a platform is to be an object, not nothing", "write { name, domain, region ... }"),
  found("wrong-type", ["shop"], "", "a platform is to be an object, not a list", "write { name, domain, region ... }"),
  found("missing-field", platform({ region: undefined }), "region", '"region" is missing', 'add region: "ap-northeast-2"'),
  found("unknown-field", platform({ domian: "shop.example", domain: undefined }), "domian", 'a platform has no field "domian"', 'did you mean "domain"?'),
  found("unknown-field", platform({ services: {} }), "services", 'a platform has no field "services"', "it is one of its parts: platform: () => parts({ services: {...} })"),
  found("wrong-type", platform({ name: 7 }), "name", "this is to be text, not the number 7", 'put it in quotes: "7"'),
  found("bad-name", platform({ name: "My Shop" }), "name", '"My Shop" cannot name a platform: only lower-case letters, digits and single hyphens, beginning with a letter', 'did you mean "my-shop"?'),
  found("name-too-long", platform({ name: "a-shop-with-a-long-name" }), "name", '"a-shop-with-a-long-name" has 23 characters; a platform\'s name has at most 20, for it is a piece of longer names', "choose a shorter one"),
  found("bad-domain", platform({ domain: "https://Shop.example/" }), "domain", '"https://Shop.example/" is no domain', 'did you mean "shop.example"?'),
  found("bad-domain", platform({ domain: "shop" }), "domain", '"shop" is no domain', 'write a domain such as "example.com"'),
  found("bad-domain", platform({ domain: "가게.example" }), "domain", '"가게.example" is not written in ASCII, as DNS does (xn--...)', 'write a domain such as "example.com"'),
  found("unknown-region", platform({ region: "ap-northeast2" }), "region", 'there is no AWS region "ap-northeast2"', 'did you mean "ap-northeast-2"?'),
  found("bad-timezone", platform({ timezone: "Asia/Soul" }), "timezone", '"Asia/Soul" is no IANA time zone', 'did you mean "Asia/Seoul"?'),
  found("bad-timezone", platform({ timezone: "asia/seoul" }), "timezone", '"asia/seoul" is no IANA time zone', 'did you mean "Asia/Seoul"?'),
  found("bad-timezone", platform({ timezone: "KST" }), "timezone", '"KST" is no IANA time zone', 'write one such as "Asia/Seoul" or "UTC"'),
  found("bad-timezone", platform({ timezone: "+09:00" }), "timezone", '"+09:00" is no IANA time zone', 'write one such as "Asia/Seoul" or "UTC"'),

  found("empty", platform({ environments: {} }), "environments", "a platform without environments runs nowhere", 'write one: environments: { prod: { branch: "main" } }'),
  found("wrong-type", platform({ environments: ["prod"] }), "environments", "environments are to be an object with a name for each, not a list", "write { name: {...} }"),
  found("reserved-name", platform({ environments: { shared: { branch: "main" } } }), "environments.shared", `"shared" ${TAKEN}`, "choose another; taken are all, shared, local, aws"),
  found("unknown-field", environment({ brunch: "main" }), "environments.prod.brunch", 'an environment has no field "brunch"', 'did you mean "branch"?'),
  found("missing-field", environment({ branch: undefined }), "environments.prod.branch", '"branch" is missing', 'add branch: "main"'),
  found("bad-branch", environment({ branch: "my branch" }), "environments.prod.branch", '"my branch" is no name of a git branch', 'write one such as "main"'),
  found("bad-account", platform({ account: "4444 5555 6666" }), "account", '"4444 5555 6666" is no AWS account: it has twelve digits and nothing else', 'write "444455556666"'),
  found("bad-account", environment({ account: 12345678901 }), "environments.prod.account", "an account's number may begin with 0, so it is text", 'put it in quotes: "111122223333"'),
  found("bad-account", environment({ account: "1111-2222-3333" }), "environments.prod.account", '"1111-2222-3333" is no AWS account: it has twelve digits and nothing else', 'write "111122223333"'),
  found("wrong-type", environment({ guarded: "yes" }), "environments.prod.guarded", 'this is to be true or false, not the text "yes"', "write true or false, without quotes"),
  found("bad-hosts-pattern", environment({ hosts: "dev" }), "environments.prod.hosts", '"dev" does not have {host} in it exactly once', 'write a pattern such as "{host}-dev"'),
  found("bad-hosts-pattern", environment({ hosts: "{host}.dev" }), "environments.prod.hosts", '"{host}.dev" does not make one label of a host name: lower-case letters, digits and hyphens', 'write a pattern such as "{host}-dev"'),
  found("host-taken", platform(two({})), "environments.prod.hosts", '"www" would be the host of main here and of main in dev', 'let one of the two write its hosts in another way: hosts: "{host}-prod"'),
  found("host-taken", shop({ sites: { main: SITE, dev: { ...SITE, host: "api-dev" } } }, two({ hosts: "{host}-dev" })), "environments.prod.hosts",
    '"api-dev" would be the host of dev here and of api in dev', 'let one of the two write its hosts in another way: hosts: "{host}-prod"'),

  found("wrong-type", platform({ platform: {} }), "platform", "platform is to be a function, not an object", "write platform: ({ environment }) => parts({...})"),
  found("not-parts", platform({ platform: () => undefined }), "platform", "platform returns nothing", "return parts({...}); an arrow function with braces needs the word return"),
  found("not-parts", platform({ platform: () => ({ services: {} }) }), "platform", "platform returns an object that parts() has not made", "return parts({...}): it checks names and fields where they are written"),
  found("not-parts", platform({ platform: async () => ({}) }), "platform", "platform returns a promise", "take async out: a definition waits for nothing"),
  found("unknown-field", shop({ databses: {} }), "databses", 'parts has no field "databses"', 'did you mean "databases"?'),
  found("wrong-type", shop({ teams: [] , services: {} }), "teams", "teams are to be an object with a name for each, not a list", "write { name: {...} }"),
  found("bad-name", shop({ services: { api: SERVICE, "Admin_API": { ...SERVICE, host: "admin" } } }), "services.Admin_API",
    '"Admin_API" cannot name a service: only lower-case letters, digits and single hyphens, beginning with a letter', 'did you mean "admin-api"?'),
  found("reserved-name", shop({ sites: { edge: SITE } }), "sites.edge", `"edge" ${TAKEN}`, "choose another; taken are all, world, edge, messaging, controller, notifier, public, nobody, platform"),
  found("reserved-name", shop({ services: { root: SERVICE } }), "services.root", `"root" ${TAKEN}`,
    "choose another; taken are all, world, edge, messaging, controller, notifier, public, nobody, platform, root, mysql, mariadb, rdsadmin, rdsrepladmin, default"),
  found("reserved-name", shop({ services: {}, databases: { metrics: DATABASE } }), "databases.metrics", `"metrics" ${TAKEN}`,
    "choose another; taken are all, world, edge, messaging, controller, notifier, public, nobody, platform, metrics, dailyge-access"),
  found("name-taken", shop({ services: { main: SERVICE } }), "services.main", '"main" is also the name of a part in sites', "rename one of them: commands and logs name a part without its kind"),
  found("name-taken", shop({ services: { data: SERVICE }, databases: { mysql: DATABASE, data: DATABASE } }), "databases.data", '"data" is also the name of a part in services', "rename one of them: commands and logs name a part without its kind"),
  found("name-too-long", shop({ services: { "schedule-service-for-everyone": SERVICE } }), "services.schedule-service-for-everyone",
    "its name on AWS, shop-prod-schedule-service-for-everyone, has 39 characters, but a load balancer's target group at most 32", "shorten it by 7"),
];

import type { Verb } from "./invocation.ts";

/** Every verb, in the order of the help. Its code is loaded when it is used. */
export const VERBS: Readonly<Record<string, Verb>> = {
  up: {
    usage: "up [--detach|--watch] [--exact] [--port N]",
    summary: "bring the platform up on this machine, or to what the definition says now",
    options: { detach: "leave it running and return when it is ready", watch: "release a service or site whenever its sources change", exact: "refuse what only stands in for a database of production", "port N": "port of the edge (default: a free one, kept from then on)" },
    load: () => import("./verb/up.ts").then(({ up }) => up),
  },
  down: {
    usage: "down [--erase]",
    summary: "stop it; data, releases and secrets stay",
    options: { erase: "delete its data, releases and secrets as well", yes: "do not ask" },
    load: () => import("./verb/down.ts").then(({ down }) => down),
  },
  status: {
    usage: "status",
    summary: "what runs, and how this machine keeps each promise",
    load: () => import("./verb/status.ts").then(({ status }) => status),
  },
  logs: {
    usage: "logs [-f] [PART...]",
    summary: "what the parts wrote; api stands for all its replicas",
    options: { follow: "go on as lines are written", "lines N": "only the last N lines (default: 200 a part; all with 0)" },
    load: () => import("./verb/logs.ts").then(({ logs }) => logs),
  },
  open: {
    usage: "open [NAME]",
    summary: "open a site or service in the browser",
    load: () => import("./verb/open.ts").then(({ open }) => open),
  },
  deploy: {
    usage: "deploy NAME [--from DIR] [--image IMAGE]",
    summary: "release a service or site without a failed request, or roll back",
    options: {
      "from DIR": "its sources, when they are not the definition's",
      "image IMAGE": "on AWS: an image that is there, by its release, or any by REPOSITORY@DIGEST",
      "confirm NAME": "on AWS, in a guarded environment: its name, where nobody can be asked",
      restart: "on AWS: start every replica anew, also where its image stays, for a changed secret",
      wait: "on AWS, of a site: until CloudFront has forgotten the old pages",
    },
    load: () => import("./verb/deploy.ts").then(({ deploy }) => deploy),
  },
  rollback: {
    usage: "rollback NAME",
    summary: "return to the release that served before",
    options: { "confirm NAME": "on AWS, in a guarded environment: its name, where nobody can be asked" },
    load: () => import("./verb/deploy.ts").then(({ rollback }) => rollback),
  },
  releases: {
    usage: "releases NAME",
    summary: "what is built, what serves and what served",
    load: () => import("./verb/releases.ts").then(({ releases }) => releases),
  },
  exec: {
    usage: "exec SERVICE -- COMMAND...",
    summary: "run a command with a service's environment, credentials, user and directory",
    load: () => import("./verb/exec.ts").then(({ exec }) => exec),
  },
  env: {
    usage: "env SERVICE",
    summary: "a service's variables; secrets are masked",
    options: { show: "with its secrets" },
    load: () => import("./verb/env.ts").then(({ env }) => env),
  },
  shell: {
    usage: "shell DATABASE [-- WORDS...]",
    summary: "the database's own client, as its administrator; WORDS are for the client",
    options: { "as SERVICE": "as the user that this service has there" },
    load: () => import("./verb/shell.ts").then(({ shell }) => shell),
  },
  run: {
    usage: "run SERVICE",
    summary: "run a scheduled service now, to its end; shows what it writes, ends with its exit code",
    load: () => import("./verb/run.ts").then(({ run }) => run),
  },
  seed: {
    usage: "seed [SERVICE]",
    summary: "fill the databases with what one develops with: the team's own commands",
    options: { "confirm NAME": "in a guarded environment: its name, where nobody can be asked" },
    load: () => import("./verb/seed.ts").then(({ seed }) => seed),
  },
  topic: {
    usage: "topic [list|dead|redrive] [TOPIC [CONSUMER]]",
    summary: "what waits in the queues; the messages that a consumer could not handle; let it try them again",
    options: { "most N": "the N oldest dead messages (default: 10)" },
    load: () => import("./verb/topic.ts").then(({ topic }) => topic),
  },
  snapshot: {
    usage: "snapshot NAME",
    summary: "keep all data of the platform under a name; it runs on",
    load: () => import("./verb/snapshot.ts").then(({ snapshot }) => snapshot),
  },
  restore: {
    usage: "restore NAME",
    summary: "replace all data by those of a snapshot; on AWS, bring back one database beside the present one",
    options: {
      yes: "do not ask",
      "at TIME": "on AWS: its state at this time, 2026-11-22T09:30+09:00 for instance (default: the newest)",
      "from SNAPSHOT": "on AWS: what this snapshot holds",
      "out DIR": "on AWS: where the Terraform files are (default: terraform)",
    },
    load: () => import("./verb/snapshot.ts").then(({ restore }) => restore),
  },
  snapshots: {
    usage: "snapshots [delete NAME]",
    summary: "what is kept, oldest first; down --erase deletes all of it; on AWS, what databases can be restored from",
    load: () => import("./verb/snapshot.ts").then(({ snapshots }) => snapshots),
  },
  secret: {
    usage: "secret set|list|unset [SERVICE [NAME]]",
    summary: "values that the definition only names; set reads the value from a prompt or stdin",
    options: { "confirm NAME": "on AWS, in a guarded environment: its name, where nobody can be asked" },
    load: () => import("./verb/secret.ts").then(({ secret }) => secret),
  },
  model: {
    usage: "model",
    summary: "what the definition means, with every default filled in",
    load: () => import("./verb/model.ts").then(({ model }) => model),
  },
  plan: {
    usage: "plan [shared] [--out DIR]",
    summary: "write Terraform for AWS, and say what an apply would change",
    options: {
      "out DIR": "where to (default: terraform)",
      offline: "only write it: ask neither Terraform nor AWS",
      stored: "compare with the states alone: for a pull request, whose role reads no secrets",
      "destroy ADDRESS": "as if apply were given it",
    },
    load: () => import("./verb/plan.ts").then(({ plan }) => plan),
  },
  bootstrap: {
    usage: "bootstrap [shared] [--environment NAME]",
    summary: "make what an AWS account needs first: the bucket for states, roles for workflows",
    options: { "out DIR": "where its Terraform is written to (default: terraform)", yes: "do not ask" },
    load: () => import("./verb/bootstrap.ts").then(({ bootstrap }) => bootstrap),
  },
  update: {
    usage: "update",
    summary: "choose the newest images for instances on AWS; written to platform.lock.json",
    load: () => import("./verb/update.ts").then(({ update }) => update),
  },
  apply: {
    usage: "apply [shared] [--environment NAME]",
    summary: "bring AWS to what the definition says, after showing what changes",
    options: {
      "out DIR": "where its Terraform is written to (default: terraform)",
      "destroy ADDRESS": "let it destroy this, which holds data; once for each",
      yes: "do not ask",
      "confirm NAME": "for a guarded environment: its name, where nobody can be asked",
    },
    load: () => import("./verb/apply.ts").then(({ apply }) => apply),
  },
  verify: {
    usage: "verify [shared] [--environment NAME]",
    summary: "whether what is on AWS is as the definition says; 1 when anything is not",
    options: { "out DIR": "where its Terraform is written to (default: terraform)" },
    load: () => import("./verb/verify.ts").then(({ verify }) => verify),
  },
  doctor: {
    usage: "doctor",
    summary: "where each part of this machine comes from, or what to do",
    load: () => import("./verb/doctor.ts").then(({ doctor }) => doctor),
  },
  init: {
    usage: "init [DIR]",
    summary: "write the start of a platform of your own",
    load: () => import("./verb/init.ts").then(({ init }) => init),
  },
  test: {
    usage: "test [quick|live]",
    summary: "this project's own tests",
    load: () => import("./verb/test.ts").then(({ test }) => test),
  },
  bench: {
    usage: "bench [NAME...]",
    summary: "this project's own figures, each against a baseline of the same run",
    load: () => import("./verb/test.ts").then(({ bench }) => bench),
  },
  faults: {
    usage: "faults [WORD...]",
    summary: "break the reference platform in every known way, and count what is lost",
    load: () => import("./verb/test.ts").then(({ faults }) => faults),
  },
  controller: {
    usage: "controller --state DIR",
    summary: "decide for one platform; started by the other commands",
    hidden: true,
    load: () => import("./verb/controller.ts").then(({ controller }) => controller),
  },
};

import { definePlatform, parts } from "dailyge-infra";

/** A database, and nothing else. */
// oxlint-disable-next-line import/no-default-export
export default definePlatform({
  name: "kept",
  domain: "dailyge.com",
  region: "ap-northeast-2",
  environments: { bench: { branch: "main", account: "111122223333" } },
  platform: () =>
    parts({
      databases: {
        mysql: { engine: "mysql", version: "8.4", instance: "db.t4g.micro", storage: "20 GB" },
      },
    }),
});

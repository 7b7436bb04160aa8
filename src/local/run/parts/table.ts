import type { PartName, ProductName } from "./part.ts";

/** A product that can play a part. */
export interface Product {
  readonly product: ProductName;
  /** All of them are needed. */
  readonly programs: readonly string[];
  /** What to run to see that it runs; the pattern's group is its version, where it tells one. */
  readonly ask: { readonly program: string; readonly arguments: readonly string[]; readonly answer: RegExp };
  readonly least: string;
  /** The first version that is too new; null: none is. */
  readonly below: string | null;
  /** Debian's and Ubuntu's packages that hold the programs and their data; libraries follow by themselves. Empty: there are none. */
  readonly packages: readonly string[];
  readonly substitutes: string | null;
}

/** What can play each part, best first. */
export const PRODUCTS: Readonly<Record<PartName, readonly [Product, ...Product[]]>> = {
  haproxy: [
    {
      product: "HAProxy",
      programs: ["haproxy"],
      ask: { program: "haproxy", arguments: ["-v"], answer: /HAProxy version (\d+\.\d+[\w.]*)/ },
      // Servers that are added at run time have health checks since 2.5, and are no experiment since 2.6.
      least: "2.6",
      below: null,
      packages: ["haproxy"],
      substitutes: null,
    },
  ],
  nginx: [
    {
      product: "nginx",
      programs: ["nginx"],
      ask: { program: "nginx", arguments: ["-v"], answer: /nginx\/(\d+\.\d+[\w.]*)/ },
      least: "1.18",
      below: null,
      packages: ["nginx", "nginx-common"],
      substitutes: null,
    },
  ],
  mariadb: [
    {
      product: "MySQL",
      programs: ["mysqld", "mysql"],
      // MariaDB's mysqld names itself after the number.
      ask: { program: "mysqld", arguments: ["--no-defaults", "--version"], answer: /Ver (\d+\.\d+\.\d+)(?!.*MariaDB)/ },
      least: "8.4",
      below: "8.5",
      packages: [],
      substitutes: null,
    },
    {
      product: "MariaDB",
      programs: ["mariadbd", "mariadb"],
      ask: { program: "mariadbd", arguments: ["--no-defaults", "--version"], answer: /Ver (\d+\.\d+\.\d+)-MariaDB/ },
      least: "10.6",
      below: null,
      packages: ["mariadb-server-core", "mariadb-client-core"],
      substitutes: "MySQL 8.4",
    },
  ],
  redis: [
    {
      product: "Redis",
      programs: ["redis-server", "redis-cli"],
      ask: { program: "redis-server", arguments: ["--version"], answer: /Redis server v=(\d+\.\d+\.\d+)/ },
      // Rules for channels in ACL files, and logs of changes in parts, are of this series on.
      least: "7.0",
      below: null,
      packages: ["redis-server", "redis-tools"],
      substitutes: null,
    },
  ],
  runit: [
    {
      product: "runit",
      programs: ["runsv", "svlogd", "chpst"],
      ask: { program: "runsv", arguments: [], answer: /usage: .*runsv dir/ },
      least: "2.1.2",
      below: null,
      packages: ["runit"],
      substitutes: null,
    },
  ],
};

/** Every part there is. */
export const PART_NAMES: readonly PartName[] = ["haproxy", "nginx", "mariadb", "redis", "runit"];

/** The product of a part that Debian packages: the one to install or unpack. */
export function packagedProduct(name: PartName): Product {
  const [first, ...others] = PRODUCTS[name];
  return others.find((product) => product.packages.length > 0) ?? first;
}

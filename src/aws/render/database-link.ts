import type { Database } from "../../model/database.ts";
import { ephemeral, json, resource, type Block, type Resource, type Text } from "../terraform.ts";
import type { DatabaseGround } from "./database.ts";
import { groupsOf } from "./hosts.ts";
import type { Place } from "./place.ts";

/** The rules that let in the hosts of services that use the database, and no others. */
export function hostsMayConnect(
  name: string, { usedBy }: Database, securityGroup: Resource<"aws_security_group">, port: number, { place, hosts }: DatabaseGround,
): readonly Block[] {
  if (hosts === null) return [];
  const users = place.environment.services.filter((service) => usedBy.includes(service.name));
  return groupsOf(hosts, users).map((group) =>
    resource("aws_vpc_security_group_ingress_rule", `${name}_${group.name}`, {
      security_group_id: securityGroup.of("id"),
      description: `Services: ${users.filter((service) => service.hosts === group.group.name).map((service) => service.name).join(" ")}`.slice(0, 255),
      ip_protocol: "tcp",
      from_port: port,
      to_port: port,
      referenced_security_group_id: group.securityGroup.of("id"),
    }),
  );
}

/** A service's own user of a database. */
export interface DatabaseUser {
  readonly service: string;
  readonly secret: Resource<"aws_secretsmanager_secret">;
  readonly version: Resource<"aws_secretsmanager_secret_version">;
  readonly blocks: readonly Block[];
}

/** `/dailyge/prod/databases/mysql/users`: the names of these secrets begin with it. */
export const usersPath = (place: Place, database: Database): string => `${place.path}/databases/${database.name}/users`;

/**
 * The name and password of each service's own user. A password is random, made in one run of Terraform and handed to
 * Secrets Manager as a write-only argument: it is in no plan and no state. A higher version number makes a new one.
 */
export function renderUsers(
  place: Place, database: Database, fields: (service: string, password: Text) => Readonly<Record<string, Text | number>>,
): readonly DatabaseUser[] {
  return database.usedBy.map((service) => {
    const name = `database_${database.name}_user_${service}`;
    const secret = resource("aws_secretsmanager_secret", name, {
      name: `${usersPath(place, database)}/${service}`,
      description: `User of service ${service} in database ${database.name}`,
      recovery_window_in_days: 7,
    });
    // Letters and digits alone: it stands in a URL, in SQL and in a shell's line as it is.
    const password = ephemeral("aws_secretsmanager_random_password", name, { password_length: 40, exclude_punctuation: true });
    const version = resource("aws_secretsmanager_secret_version", name, {
      secret_id: secret.of("id"),
      secret_string_wo: json({ username: service, ...fields(service, password.of("random_password")) }),
      secret_string_wo_version: 1,
    });
    return { service, secret, version, blocks: [secret, password, version] };
  });
}

export const secretsByService = (users: readonly DatabaseUser[]) => new Map(users.map(({ service, secret }) => [service, secret]));

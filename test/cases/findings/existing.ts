import { database, shop, site, DATABASE } from "../shop.ts";
import { found } from "./case.ts";

const VPC = { existing: "vpc-0123456789abcdef0" };
const mysql = (existing: string) => shop({ databases: { mysql: { ...DATABASE, existing } }, network: VPC });

export const EXISTING = [
  found("bad-identifier", shop({ network: { existing: "main" } }), "network.existing", '"main" is no VPC', 'write it as it is, such as "vpc-0123456789abcdef0"; aws ec2 describe-vpcs tells it'),
  found("bad-identifier", shop({ network: { existing: "arn:aws:ec2:ap-northeast-2:111122223333:vpc/vpc-0a1b2c3d" } }), "network.existing",
    '"arn:aws:ec2:ap-northeast-2:111122223333:vpc/vpc-0a1b2c3d" is no VPC', 'did you mean "vpc-0a1b2c3d"?'),
  found("bad-identifier", site({ existing: "s3://old-files/" }), "sites.main.existing", '"s3://old-files/" is no bucket', 'did you mean "old-files"?'),
  found("bad-identifier", site({ existing: "10.0.0.1" }), "sites.main.existing", '"10.0.0.1" is no bucket', 'write it as it is, such as "orders-site"; aws s3 ls tells it'),
  found("bad-identifier", mysql("Legacy_DB"), "databases.mysql.existing", '"Legacy_DB" is no instance of RDS', 'write it as it is, such as "orders-prod"; aws rds describe-db-instances tells it'),
  found("bad-identifier", mysql("arn:aws:rds:ap-northeast-2:111122223333:db:legacy"), "databases.mysql.existing",
    '"arn:aws:rds:ap-northeast-2:111122223333:db:legacy" is no instance of RDS', 'did you mean "legacy"?'),
  found("needs-network", database({ existing: "legacy" }), "databases.mysql.existing", "it is in a network of its own, which a database of RDS does not leave", 'take its VPC over as well: network: { existing: "vpc-..." }'),
];

import type { Accepted } from "./accepted.ts";

const OWN_KEYS = "AWS's own key encrypts it; a key of ours costs a dollar a month each, and keeps out only who is in the account already";
const INSIDE = "it is within the private network, between machines that only these security groups let reach each other";

/** What Checkov would have otherwise, and why it is as it is. https://www.checkov.io/5.Policy%20Index/terraform.html */
export const ACCEPTED_OF_CHECKOV: readonly Accepted[] = [
  { check: "CKV_AWS_136", on: "aws_ecr_repository.*", why: OWN_KEYS },
  { check: "CKV_AWS_145", on: "aws_s3_bucket.*", why: OWN_KEYS },
  { check: "CKV_AWS_149", on: "aws_secretsmanager_secret.*", why: OWN_KEYS },
  { check: "CKV_AWS_158", on: "aws_cloudwatch_log_group.*", why: OWN_KEYS },
  { check: "CKV_AWS_189", on: "aws_ebs_volume.*", why: OWN_KEYS },
  { check: "CKV_AWS_224", on: "aws_ecs_cluster.*", why: OWN_KEYS },
  { check: "CKV_AWS_297", on: "aws_scheduler_schedule.*", why: OWN_KEYS },
  { check: "CKV2_AWS_34", on: "aws_ssm_parameter.*", why: "which image runs and how a server is configured are no secrets; passwords are in Secrets Manager" },
  { check: "CKV_AWS_26", on: "aws_sns_topic.uptime", why: "an alarm cannot publish with AWS's own key for topics; a message says that a host does not answer, and nothing else" },
  { check: "CKV_AWS_2", on: "aws_lb_listener.calls_*", why: INSIDE },
  { check: "CKV_AWS_103", on: "aws_lb_listener.calls_*", why: INSIDE },
  { check: "CKV_AWS_378", on: "aws_lb_target_group.*", why: INSIDE },
  { check: "CKV2_AWS_20", on: "aws_lb.calls", why: INSIDE },
  { check: "CKV_AWS_260", on: "aws_vpc_security_group_ingress_rule.edge_80*", why: "who comes without TLS is sent to where it is, and gets nothing else" },
  { check: "CKV_AWS_150", on: "aws_lb.*", why: "an environment that is not guarded may be taken away as a whole; a guarded one has it" },
  { check: "CKV_AWS_157", on: "aws_db_instance.*", why: "a standby doubles the price, so the definition says where there is one" },
  { check: "CKV_AWS_161", on: "aws_db_instance.*", why: "each service has a user and a password of its own; tokens of a quarter of an hour need a client that knows them" },
  { check: "CKV_AWS_118", on: "aws_db_instance.*", why: "CloudWatch's own figures, every minute, are what alarms look at; finer ones are paid for by the instance" },
  { check: "CKV_AWS_126", on: "aws_instance.*", why: "figures every five minutes suffice to bring a machine back, which its status checks do every minute" },
  { check: "CKV_AWS_65", on: "aws_ecs_cluster.*", why: "Container Insights is billed by the figure, and asks for what the platform's own monitoring has" },
  { check: "CKV_AWS_338", on: "aws_cloudwatch_log_group.*", why: "a month is what a small team looks back; a year of every log costs more than what runs" },
  { check: "CKV_AWS_18", on: "aws_s3_bucket.*", why: "files of sites are asked for through CloudFront, whose log is kept; logs of logs have no end" },
  { check: "CKV_AWS_144", on: "aws_s3_bucket.*", why: "sites are built again from their sources, logs are no data that another region needs, and a state has its versions" },
  { check: "CKV2_AWS_62", on: "aws_s3_bucket.*", why: "nobody waits for a file to come" },
  { check: "CKV2_AWS_57", on: "aws_secretsmanager_secret.*", why: "a service reads its password when it starts: one that is changed behind its back locks it out. A higher version number makes a new one, with the deployment that takes it" },
  { check: "CKV2_AWS_38", on: "aws_route53_zone.*", why: "a signature that the registrar does not know takes the whole domain away; it is for the team to begin and to end by hand" },
  { check: "CKV2_AWS_39", on: "aws_route53_zone.*", why: "who asked for a name tells nothing that the edge's logs do not" },
  { check: "CKV_AWS_86", on: "aws_cloudfront_distribution.*", why: "its log is delivered by CloudWatch, a resource of its own, in the newer way that Checkov does not know" },
  { check: "CKV_AWS_259", on: "aws_cloudfront_response_headers_policy.*", why: "browsers are told for a site by itself: other hosts of the domain may be somebody else's, and a preload list is left only in months" },
  { check: "CKV_AWS_310", on: "aws_cloudfront_distribution.*", why: "a bucket has three zones behind it; a second one elsewhere would serve an older site" },
  { check: "CKV_AWS_374", on: "aws_cloudfront_distribution.*", why: "a public site is for every country" },
  { check: "CKV_AWS_61", on: "aws_iam_role.*", in: "bootstrap-*", why: "another account of the same platform comes in by it; who of that account may is for that account to say, and only its roles for deliveries are told so" },
  { check: "CKV2_AWS_47", on: "aws_cloudfront_distribution.*", why: "which of AWS's groups of rules are asked is the definition's to say; a site of files runs no Java" },
  { check: "CKV2_AWS_76", on: "aws_lb.*", why: "which of AWS's groups of rules are asked is the definition's to say, and the group with this one is among those that it gets by default" },
  { check: "CKV_AWS_394", on: "data.aws_availability_zones.*", why: "zones are taken in the order of their letters, of which a new one is the last" },
];

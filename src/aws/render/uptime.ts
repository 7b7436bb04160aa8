import type { Uptime } from "../../model/uptime.ts";
import { audienceAt } from "../../model/audience.ts";
import { json, resource, type Block, type Resource } from "../terraform.ts";
import { siteHosts } from "./address.ts";
import type { Noun } from "./directory.ts";
import { physicalName } from "./names.ts";
import { CLOUDFRONT_REGION, fullHost, type Place } from "./place.ts";

/** What Route 53 sees from outside is measured there alone. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html */
const MEASURED_REGION = CLOUDFRONT_REGION;
/** The fewest that Route 53 takes, on three continents; each asks several times in half a minute. */
const ASKED_FROM = ["ap-northeast-1", "eu-west-1", "us-west-2"];

interface Asked {
  /** `service_api`, `site_main_apex`: the end of addresses. */
  readonly name: string;
  readonly host: string;
  readonly path: string;
}

/** Whoever wants to know when a public host does not answer. Null where no host is public. */
export function renderUptime(place: Place, { notify }: Uptime): Noun | null {
  const asked = publicHosts(place);
  if (asked.length === 0) return null;
  const where = { region: MEASURED_REGION };
  // Not encrypted with a key: AWS's own for SNS does not let alarms in, and one of ours costs more than what is said is worth hiding.
  const topic = resource("aws_sns_topic", "uptime", { ...where, name: physicalName("other", place.prefix, "uptime") });
  const policy = resource("aws_sns_topic_policy", "uptime", { ...where, arn: topic.of("arn"), policy: json({ Version: "2012-10-17", Statement: alarmsMayTell(place, topic) }) });
  const people = notify.map((endpoint, index) =>
    resource("aws_sns_topic_subscription", `uptime_${index + 1}`, { ...where, topic_arn: topic.of("arn"), protocol: "email", endpoint }));
  return { name: "uptime", blocks: [topic, policy, ...people, ...asked.flatMap((each) => renderAsked(place, each, topic))] };
}

function alarmsMayTell(place: Place, topic: Resource<"aws_sns_topic">): readonly object[] {
  const Resource = topic.of("arn");
  const source = { "aws:SourceAccount": place.environment.account ?? place.account.of("account_id") };
  return [
    { Sid: "Alarms", Effect: "Allow", Principal: { Service: "cloudwatch.amazonaws.com" }, Action: "sns:Publish", Resource, Condition: { StringEquals: source } },
    { Sid: "EncryptedConnectionsOnly", Effect: "Deny", Principal: "*", Action: "sns:Publish", Resource, Condition: { Bool: { "aws:SecureTransport": "false" } } },
  ];
}

/** Hosts that everyone may ask, and where. */
function publicHosts(place: Place): readonly Asked[] {
  const { sites, services } = place.environment;
  return [
    ...sites.flatMap((site) => siteHosts(place, site).map((host, index) => ({ name: `site_${site.name}${index === 0 ? "" : "_apex"}`, host, path: "/" }))),
    ...services.flatMap(({ name, endpoint }) =>
      endpoint && audienceAt(endpoint, endpoint.health) === "public" ? [{ name: `service_${name}`, host: fullHost(place, endpoint.host), path: endpoint.health }] : []),
  ];
}

/** A question every half minute, and an alarm when it has had no answer three times and for two minutes. */
function renderAsked(place: Place, { name, host, path }: Asked, topic: Resource<"aws_sns_topic">): readonly Block[] {
  const check = resource("aws_route53_health_check", name, {
    type: "HTTPS",
    fqdn: host,
    port: 443,
    resource_path: path,
    enable_sni: true,
    request_interval: 30,
    failure_threshold: 3,
    regions: ASKED_FROM,
    tags: { Name: host },
  });
  const alarm = resource("aws_cloudwatch_metric_alarm", `uptime_${name}`, {
    region: MEASURED_REGION,
    alarm_name: physicalName("other", place.prefix, "uptime", host),
    alarm_description: `https://${host}${path} does not answer, asked from outside`,
    namespace: "AWS/Route53",
    metric_name: "HealthCheckStatus",
    dimensions: { HealthCheckId: check.of("id") },
    statistic: "Minimum",
    period: 60,
    evaluation_periods: 2,
    comparison_operator: "LessThanThreshold",
    threshold: 1,
    treat_missing_data: "breaching",
    alarm_actions: [topic.of("arn")],
    ok_actions: [topic.of("arn")],
  });
  return [check, alarm];
}

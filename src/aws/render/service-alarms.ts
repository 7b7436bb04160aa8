import type { Service } from "../../model/service.ts";
import { resource, type Resource } from "../terraform.ts";
import { physicalName } from "./names.ts";
import type { Place } from "./place.ts";

/** One way by which requests come to the replicas of a service. */
export interface Way {
  /** Tells its alarms from those of another way: empty, or `calls`. */
  readonly name: "" | "calls";
  readonly loadBalancer: Resource<"aws_lb">;
  readonly targetGroup: Resource<"aws_lb_target_group">;
}

/** Fewer requests a minute say nothing: one that fails would be many in a hundred. */
const LEAST_REQUESTS = 20;
const MOST_FAILED_PERCENT = 5;

/**
 * What ends a deployment and brings back the release before: answers of 500 and above, and replicas that are not healthy
 * for longer than one takes to start. Charged at 0.10 dollars a month each.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
 */
export function renderAlarms(place: Place, service: Service, ways: readonly Way[]): readonly Resource<"aws_cloudwatch_metric_alarm">[] {
  return ways.flatMap((way) => [failures(place, service, way), unhealthy(place, service, way)]);
}

const dimensionsOf = ({ loadBalancer, targetGroup }: Way) => ({ LoadBalancer: loadBalancer.of("arn_suffix"), TargetGroup: targetGroup.of("arn_suffix") });

const NAMESPACE = "AWS/ApplicationELB";

function failures(place: Place, service: Service, way: Way): Resource<"aws_cloudwatch_metric_alarm"> {
  const sum = (id: string, metric_name: string) => ({
    id, metric: { namespace: NAMESPACE, metric_name, dimensions: dimensionsOf(way), period: 60, stat: "Sum" },
  });
  return alarm(place, service, way, "failures", {
    alarm_description: `More than ${MOST_FAILED_PERCENT} % of the requests to ${service.name} fail`,
    metric_query: [
      sum("failed", "HTTPCode_Target_5XX_Count"),
      sum("requests", "RequestCount"),
      {
        id: "percent", label: "Failed requests in a hundred", return_data: true,
        expression: `IF(requests >= ${LEAST_REQUESTS}, 100 * FILL(failed, 0) / requests, 0)`,
      },
    ],
    threshold: MOST_FAILED_PERCENT,
    evaluation_periods: 3,
    datapoints_to_alarm: 2,
  });
}

function unhealthy(place: Place, service: Service, way: Way): Resource<"aws_cloudwatch_metric_alarm"> {
  return alarm(place, service, way, "unhealthy", {
    alarm_description: `A replica of ${service.name} is not healthy for longer than it may take to start`,
    namespace: NAMESPACE,
    metric_name: "UnHealthyHostCount",
    dimensions: dimensionsOf(way),
    period: 60,
    statistic: "Maximum",
    threshold: 0,
    evaluation_periods: Math.ceil(service.startSeconds / 60) + 2,
  });
}

type Alarm = Parameters<typeof resource<"aws_cloudwatch_metric_alarm">>[2];

function alarm(
  place: Place, service: Service, way: Way, what: string, body: Omit<Alarm, "alarm_name" | "comparison_operator" | "treat_missing_data">,
): Resource<"aws_cloudwatch_metric_alarm"> {
  const own = way.name === "" ? [what] : [way.name, what];
  return resource("aws_cloudwatch_metric_alarm", `service_${service.name}_${own.join("_")}`, {
    alarm_name: physicalName("other", place.prefix, service.name, ...own),
    ...body,
    comparison_operator: "GreaterThanThreshold",
    // Before the first request there are no figures.
    treat_missing_data: "notBreaching",
    tags: { part: `service:${service.name}` },
  });
}

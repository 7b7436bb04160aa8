import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { asBody, asList } from "../../src/aws/read/configuration.ts";
import { bodies, directoryOf, document } from "./rendered.ts";
import { shopModel } from "./shop.ts";

const body = bodies(directoryOf(shopModel(), "live"));

/** Runs the function that CloudFront would run, as Terraform hands it over. */
function request(site: string, uri: string, host: string, querystring: object = {}): Record<string, unknown> {
  const code = String(body(`aws_cloudfront_function.${site}`)["code"]).replaceAll("$${", "${").replaceAll("%%{", "%{");
  const event = { request: { uri, querystring, headers: { host: { value: host } } } };
  return runInNewContext(`${code}; handler(event)`, { event }) as Record<string, unknown>;
}

describe("a request to a site", () => {
  test.each([
    ["site_front", "/", "/index.html"],
    ["site_front", "/calendar/2026", "/index.html"],
    ["site_front", "/assets/app.js", "/assets/app.js"],
    ["site_manual", "/", "/index.html"],
    ["site_manual", "/start/", "/start/index.html"],
    ["site_manual", "/start", "/start/index.html"],
    ["site_manual", "/v1.2/start.html", "/v1.2/start.html"],
  ])("%s %s is the file %s", (site, uri, file) => {
    expect(request(site, uri, "www.shop.example")["uri"]).toBe(file);
  });

  test("at the bare domain is sent to the site's own host, query and all", () => {
    const query = { day: { value: "1" }, tag: { value: "a", multiValue: [{ value: "a" }, { value: "b%20c" }] }, flag: { value: "" } };
    expect(request("site_front", "/plan", "shop.example", query)).toMatchObject({
      statusCode: 308, headers: { location: { value: "https://www.shop.example/plan?day=1&tag=a&tag=b%20c&flag" } },
    });
    expect(request("site_front", "/", "shop.example")).toMatchObject({ headers: { location: { value: "https://www.shop.example/" } } });
  });
});

test("its bucket is for its distribution alone", () => {
  expect(body("aws_s3_bucket_public_access_block.site_front")).toMatchObject({
    block_public_acls: true, block_public_policy: true, ignore_public_acls: true, restrict_public_buckets: true,
  });
  const allowed = asList(asBody(document(body("aws_s3_bucket_policy.site_front")["policy"]))["Statement"]).map(asBody).filter(({ Effect }) => Effect === "Allow");
  expect(allowed.map(({ Principal, Condition }) => [Principal, asBody(asBody(Condition)["StringEquals"])["AWS:SourceArn"]])).toEqual(
    Array(2).fill([{ Service: "cloudfront.amazonaws.com" }, "${aws_cloudfront_distribution.site_front.arn}"]),
  );
});

test("a file that is not there is 404, whatever page is shown for it", () => {
  expect(body("aws_cloudfront_distribution.site_front")["custom_error_response"]).toMatchObject([{ error_code: 404, response_code: 404 }]);
});

test("it answers at its hosts with a certificate from where CloudFront looks, and with security headers", () => {
  expect(body("aws_cloudfront_distribution.site_front")).toMatchObject({
    aliases: ["www.shop.example", "shop.example"],
    viewer_certificate: { acm_certificate_arn: "${aws_acm_certificate_validation.site_front.certificate_arn}" },
    default_cache_behavior: { viewer_protocol_policy: "redirect-to-https", response_headers_policy_id: "${aws_cloudfront_response_headers_policy.sites.id}" },
  });
  expect(body("aws_acm_certificate.site_front")).toMatchObject({ region: "us-east-1", domain_name: "www.shop.example", subject_alternative_names: ["shop.example"] });
  for (const record of ["site_front", "site_front_ipv6", "site_front_apex", "site_front_apex_ipv6"]) {
    expect(body(`aws_route53_record.${record}`)).toMatchObject({ alias: { name: "${aws_cloudfront_distribution.site_front.domain_name}" } });
  }
});

test("its pages read the definition's values from a file beside theirs, literals as they were written", () => {
  const { key, content, cache_control } = body("aws_s3_object.site_front_environment");
  expect([key, cache_control]).toEqual(["environment.json", "no-cache"]);
  expect(content).toBe('{"API":"https://api.shop.example","TEXT":"costs $${PRICE} and %%{more}"}');
});

test("who read it is written down, in a bucket that only the writers may add to", () => {
  expect(body("aws_cloudwatch_log_delivery_source.site_front")).toEqual({
    region: "us-east-1", name: "shop-live-front", log_type: "ACCESS_LOGS", resource_arn: "${aws_cloudfront_distribution.site_front.arn}",
  });
  expect(body("aws_cloudwatch_log_delivery.site_front")).toEqual({
    region: "us-east-1", delivery_source_name: "${aws_cloudwatch_log_delivery_source.site_front.name}", delivery_destination_arn: "${aws_cloudwatch_log_delivery_destination.access_logs.arn}",
  });
  expect(body("aws_cloudwatch_log_delivery_destination.access_logs")).toMatchObject({
    region: "us-east-1", delivery_destination_configuration: [{ destination_resource_arn: "${aws_s3_bucket.access_logs.arn}" }],
  });
  const statements = asList(asBody(document(body("aws_s3_bucket_policy.access_logs")["policy"]))["Statement"]).map(asBody);
  const objects = "${aws_s3_bucket.access_logs.arn}/AWSLogs/${data.aws_caller_identity.current.account_id}/*";
  expect(statements.map(({ Sid, Effect }) => [Sid, Effect])).toEqual([["LoadBalancers", "Allow"], ["AWSLogDeliveryWrite", "Allow"], ["AWSLogDeliveryAclCheck", "Allow"], ["EncryptedConnectionsOnly", "Deny"]]);
  expect(statements.slice(0, 2)).toMatchObject([
    { Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" }, Action: "s3:PutObject", Resource: objects },
    { Principal: { Service: "delivery.logs.amazonaws.com" }, Action: "s3:PutObject", Resource: objects },
  ]);
});

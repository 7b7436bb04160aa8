import type { Site } from "../../model/site.ts";

/**
 * The program that CloudFront runs before it looks for a file, in the language of
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
 */
export function viewerRequest({ singlePage }: Site, [main, apex]: readonly string[]): string {
  const toMain = `  if (request.headers.host.value === "${apex}") return redirect(request, "https://${main}");`;
  const lines = [
    ...(apex === undefined ? [] : REDIRECT),
    "function handler(event) {",
    "  var request = event.request;",
    ...(apex === undefined ? [] : [toMain]),
    "  // A name without an ending is no file: it is a directory's index" + (singlePage ? ", or a route of the page itself." : "."),
    '  var last = request.uri.slice(request.uri.lastIndexOf("/") + 1);',
    singlePage
      ? '  if (last.indexOf(".") < 0) request.uri = "/index.html";'
      : '  if (last.indexOf(".") < 0) request.uri += last === "" ? "index.html" : "/index.html";',
    "  return request;",
    "}",
    "",
  ];
  return lines.join("\n");
}

/** One origin, so that a page's requests to an API carry the one that the API accepts. */
const REDIRECT = [
  "function redirect(request, origin) {",
  "  var query = [];",
  "  for (var name in request.querystring) {",
  "    var given = request.querystring[name];",
  "    var values = given.multiValue || [given];",
  "    for (var index = 0; index < values.length; index += 1) {",
  '      query.push(values[index].value === "" ? name : name + "=" + values[index].value);',
  "    }",
  "  }",
  '  var location = origin + request.uri + (query.length > 0 ? "?" + query.join("&") : "");',
  '  return { statusCode: 308, statusDescription: "Permanent Redirect", headers: { location: { value: location } } };',
  "}",
];

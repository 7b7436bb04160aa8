import type { Site } from "../../model/site.ts";

/**
 * The program that CloudFront runs before it looks for a file. It is written in the language of
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
 */
export function viewerRequest({ singlePage }: Site): string {
  return [
    "// A directory answers with its index.html." + (singlePage ? " A path that names no file is a route of the page's own." : ""),
    "function handler(event) {",
    "  var request = event.request;",
    '  var last = request.uri.slice(request.uri.lastIndexOf("/") + 1);',
    ...(singlePage
      ? ['  if (last.indexOf(".") < 0) request.uri = "/index.html";']
      : ['  if (last === "") request.uri += "index.html";']),
    "  return request;",
    "}",
    "",
  ].join("\n");
}

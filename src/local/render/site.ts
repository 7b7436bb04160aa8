import type { Environment, Shared } from "../../model/model.ts";
import { ASK_AGAIN, CONTENT_TYPES, KEEP_FOREVER, NEVER_CHANGING } from "../../model/site-files.ts";
import type { Site } from "../../model/site.ts";
import { localText, type Addresses } from "./address.ts";
import type { Place } from "./place.ts";
import type { ConfigFile, ProcessSpec } from "./process.ts";
import type { Replica } from "./service.ts";

/** Path on which a site's server says that it serves; the edge asks it. */
export const SITE_HEALTH = "/.well-known/dailyge-health";

/** A site's server: nginx over the files of one release. Throws on a secret in the site's environment: `resolve` lets none through. */
export function renderSite(
  site: Site,
  replica: Replica,
  shared: Shared,
  environment: Environment,
  addresses: Addresses,
  place: Place,
): { readonly process: ProcessSpec; readonly files: readonly ConfigFile[] } {
  const config = place.config(replica.name);
  const work = place.work(replica.name);
  return {
    process: {
      name: replica.name,
      kind: "site",
      command: ["nginx", "-e", "stderr", "-p", work, "-c", `${config}/nginx.conf`],
      directory: work,
      environment: [],
      identity: site.name,
      writes: [work],
      memoryMb: 128,
      stop: { signal: "SIGTERM", withinSeconds: 10 },
    },
    files: [
      { path: `${config}/nginx.conf`, text: nginxConf(site, replica, place) },
      { path: `${config}/environment.json`, text: `${JSON.stringify(siteEnvironment(site, shared, environment, addresses), null, 2)}\n` },
    ],
  };
}

/** The values that a site's build and pages see. */
export function siteEnvironment(site: Site, shared: Shared, environment: Environment, addresses: Addresses): Readonly<Record<string, string>> {
  const entries = site.environment.map(({ name, value }) => {
    const text = localText(value, site.name, shared, environment, addresses).map((piece) => {
      if (typeof piece !== "string") throw new Error(`site ${site.name} refers to a secret`);
      return piece;
    });
    return [name, text.join("")];
  });
  return Object.fromEntries(entries);
}

/** A path as nginx reads it between double quotes; a `$` cannot be escaped there, so it comes from a variable. */
const quoted = (path: string): string => `"${path.replaceAll(/["\\]/g, (found) => `\\${found}`).replaceAll("$", () => "${dollar}")}"`;

/** Paths that take no variables are relative: to the directory that nginx runs in. */
function nginxConf(site: Site, replica: Replica, place: Place): string {
  const config = place.config(replica.name);
  const filesOf = (release: string): string => `${place.release(site.name, release)}${site.output === "." ? "" : `/${site.output}`}`;
  const before = replica.before ?? null;
  // As on AWS: what looks like a file and is none is no page of the application.
  const page = site.singlePage ? "try_files $uri $uri/index.html /index.html;" : "try_files $uri $uri/index.html =404;";
  return `daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
  geo $dollar { default "$"; }
${TYPES_BLOCK}
  default_type application/octet-stream;
  access_log off;
  server_tokens off;
  sendfile on;
  keepalive_timeout 70s;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  gzip on;
  gzip_static on;
  gzip_vary on;
  gzip_proxied any;
  gzip_min_length 1000;
  gzip_types ${COMPRESSED.join(" ")};
  map $uri $cache {
${NEVER_CHANGING.map((expression) => `    "~${expression}" "${KEEP_FOREVER}";`).join("\n")}
    default "${ASK_AGAIN}";
  }
  server {
    listen 127.0.0.1:${replica.port};
    root ${quoted(filesOf(replica.release))};
    charset utf-8;
    index index.html;
    absolute_redirect off;
    add_header Cache-Control $cache always;
    add_header X-Content-Type-Options nosniff always;
    add_header X-Frame-Options DENY always;
    add_header Referrer-Policy strict-origin-when-cross-origin always;
    location = ${SITE_HEALTH} { access_log off; return 200 "ok"; }
    location = /environment.json { alias ${quoted(`${config}/environment.json`)}; }
    location ~ /[.](?!well-known) { return 404; }
    location ~ "[.](?!html?$)[^./]*$" { try_files $uri ${before === null ? "=404" : "@before"}; }
    location ~ "[.]html?$" { try_files $uri =404; }
    location / { ${page} }${before === null ? "" : `\n    # A page that was loaded before this release still finds what belongs to it.\n    location @before { root ${quoted(filesOf(before))}; try_files $uri =404; }`}
    error_page 404 /404.html;
    location = /404.html { internal; try_files /404.html =404; }
  }
}
`;
}

/** What CloudFront compresses, of what sites have; https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html, as is the least size. */
const COMPRESSED: readonly string[] = [
  "text/css", "text/javascript", "text/plain", "text/xml", "application/json", "application/javascript", "application/manifest+json", "application/xml",
  "application/wasm", "image/svg+xml", "font/ttf", "font/otf",
];

const TYPES_BLOCK = `  types {\n${Object.entries(CONTENT_TYPES).map(([type, endings]) => `    ${type} ${endings};`).join("\n")}\n  }`;

import type { Environment, Shared } from "../../model/model.ts";
import type { Site } from "../../model/site.ts";
import { hostNames, localText, type Addresses } from "./address.ts";
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
      { path: `${config}/nginx.conf`, text: nginxConf(site, replica, shared, addresses, place) },
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
function nginxConf(site: Site, replica: Replica, shared: Shared, addresses: Addresses, place: Place): string {
  const config = place.config(replica.name);
  const root = site.output === "." ? place.release(site.name, replica.release) : `${place.release(site.name, replica.release)}/${site.output}`;
  const [main = "", apex] = hostNames(shared, site);
  const toMain = apex === undefined ? "" : `\n    if ($host = "${apex}") { return 308 "http://${main}:${addresses.edgePort}$request_uri"; }`;
  const fallback = site.singlePage ? "try_files $uri $uri/index.html /index.html;" : "try_files $uri $uri/index.html =404;";
  // As on AWS: what looks like a file and is none is no page of the application.
  const files = site.singlePage ? '\n    location ~ "[.][^/]*$" { try_files $uri =404; }' : "";
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
  gzip_vary on;
  gzip_types text/css text/javascript application/json image/svg+xml text/plain application/manifest+json;
  # ES modules and pages are asked for again each time; names with a hash in them never change.
  map $uri $cache {
    "~[.-][0-9a-fA-F]{8,}[.][a-z0-9]+$" "public, max-age=31536000, immutable";
    default "no-cache";
  }
  server {
    listen 127.0.0.1:${replica.port};
    root ${quoted(root)};
    charset utf-8;${toMain}
    index index.html;
    absolute_redirect off;
    add_header Cache-Control $cache always;
    add_header X-Content-Type-Options nosniff always;
    add_header X-Frame-Options DENY always;
    add_header Referrer-Policy strict-origin-when-cross-origin always;
    location = ${SITE_HEALTH} { access_log off; return 200 "ok"; }
    location = /environment.json { alias ${quoted(`${config}/environment.json`)}; }
    location ~ /[.](?!well-known) { return 404; }
    location / { ${fallback} }${files}
    error_page 404 /404.html;
    location = /404.html { internal; try_files /404.html =404; }
  }
}
`;
}

/** The types that browsers need to be told. https://www.iana.org/assignments/media-types */
const TYPES: Readonly<Record<string, string>> = {
  "text/html": "html htm",
  "text/css": "css",
  "text/javascript": "js mjs",
  "application/json": "json map",
  "application/manifest+json": "webmanifest",
  "application/xml": "xml",
  "application/wasm": "wasm",
  "application/pdf": "pdf",
  "text/plain": "txt",
  "image/svg+xml": "svg",
  "image/png": "png",
  "image/jpeg": "jpg jpeg",
  "image/gif": "gif",
  "image/webp": "webp",
  "image/avif": "avif",
  "image/x-icon": "ico",
  "font/woff": "woff",
  "font/woff2": "woff2",
  "video/mp4": "mp4",
  "audio/mpeg": "mp3",
};

const TYPES_BLOCK = `  types {\n${Object.entries(TYPES).map(([type, endings]) => `    ${type} ${endings};`).join("\n")}\n  }`;

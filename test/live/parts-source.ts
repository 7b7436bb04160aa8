import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

const architecture = execFileSync("dpkg", ["--print-architecture"], { encoding: "utf8" }).trim();

/** A source of Debian packages on loopback, of packages that are made here, and the apt configuration that knows no other. */
export interface Source {
  /** APT_CONFIG for a process that is to use it. */
  readonly configuration: string;
  /** How often each file was asked for. */
  readonly asked: Map<string, number>;
  /** Makes packages wait from now on; resolves once one is asked for. */
  stall(): Promise<void>;
  flow(): void;
  close(): void;
}

export interface Offer {
  readonly package: string;
  readonly version: string;
  readonly depends?: string;
  /** Path in the package to text; a program when it is in a bin directory. */
  readonly files: Readonly<Record<string, string | Buffer>>;
  /** Serve other bytes than those that were promised. */
  readonly tampered?: boolean;
}

/** Builds the packages and serves them. An unsigned source is trusted only where its line says so, and this one's does unless told otherwise. */
export async function offerPackages(directory: string, offers: readonly Offer[], trusted = true): Promise<Source> {
  const served = new Map<string, Buffer>();
  const index = offers.map((offer) => {
    const { name, bytes } = build(directory, offer);
    served.set(`/${name}`, offer.tampered === true ? Buffer.concat([bytes.subarray(0, -1), Buffer.from("!")]) : bytes);
    return `${control(offer)}Filename: ./${name}\nSize: ${bytes.length}\nSHA256: ${sha256(bytes)}\n`;
  });
  const list = Buffer.from(`${index.join("\n")}\n`);
  served.set("/Packages", list);
  served.set("/Release", Buffer.from(`Date: ${new Date().toUTCString()}\nSHA256:\n ${sha256(list)} ${list.length} Packages\n`));

  const asked = new Map<string, number>();
  let waiting: { readonly reached: () => void } | null = null;
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "").replace("/./", "/");
    asked.set(path, (asked.get(path) ?? 0) + 1);
    const body = served.get(path);
    if (body === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { "content-length": body.length });
    if (!path.endsWith(".deb") || waiting === null) return void response.end(body);
    response.write(body.subarray(0, 100));
    waiting.reached();
  });
  const port = await listen(server);
  return {
    configuration: configure(directory, `deb ${trusted ? "[trusted=yes] " : ""}http://127.0.0.1:${port} ./`),
    asked,
    stall: () => new Promise((reached) => (waiting = { reached })),
    flow: () => void (waiting = null),
    close: () => void (server.closeAllConnections(), server.close()),
  };
}

/** Writes an apt configuration with this one source line, readable by everybody. */
export function configure(directory: string, line: string): string {
  const [list, configuration] = [join(directory, "sources.list"), join(directory, "apt.conf")];
  writeFileSync(list, `${line}\n`);
  writeFileSync(configuration, `Dir::Etc::sourcelist "${list}";\nDir::Etc::sourceparts "/dev/null";\nAcquire::http::Proxy "DIRECT";\n`);
  return configuration;
}

function build(directory: string, offer: Offer): { readonly name: string; readonly bytes: Buffer } {
  const name = `${offer.package}_${offer.version}_${architecture}.deb`;
  const root = join(directory, name.replace(/\.deb$/, ""));
  mkdirSync(join(root, "DEBIAN"), { recursive: true });
  writeFileSync(join(root, "DEBIAN/control"), control(offer));
  for (const [path, content] of Object.entries(offer.files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), content);
    chmodSync(join(root, path), /s?bin\//.test(path) ? 0o755 : 0o644);
  }
  execFileSync("dpkg-deb", ["--root-owner-group", "-Znone", "--build", root, join(directory, name)], { stdio: "ignore" });
  return { name, bytes: readFileSync(join(directory, name)) };
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

const control = (offer: Offer): string =>
  `Package: ${offer.package}\nVersion: ${offer.version}\nArchitecture: ${architecture}\nMaintainer: A Test <test@example.com>\n` +
  `${offer.depends === undefined ? "" : `Depends: ${offer.depends}\n`}Description: made by a test\n`;

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FoundPart } from "../../../src/local/run/parts/index.ts";
import { bodies, directoryOf } from "../../aws/rendered.ts";
import { shopModel } from "../../aws/shop.ts";
import { startMachine, type Machine, type Volume } from "./machine.ts";

/** What Terraform and AWS would have put into the user data. */
const VOLUME = "vol-0123456789abcdef0";
export const DEVICE = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${VOLUME.replace("-", "")}`;
export const hostOf = (database: string): string => `${database}.live.internal.shop.example`;
const pathOf = (database: string): string => `/shop/live/databases/${database}`;

const rendered = bodies(directoryOf(shopModel(), "live"));
/** The text that Terraform makes of a text with references in it. */
const filled = (text: unknown): string =>
  String(text).replaceAll(/(?<!\$)\$\{aws_ebs_volume[^}]*\}/g, VOLUME).replaceAll(/(?<!\$)\$\{[^}]*\}/g, "known-later").replaceAll("$${", () => "${");

const userData = (database: string) => filled(rendered(`aws_instance.database_${database}`)["user_data"]);
const parameter = (database: string, own: string) => filled(rendered(`aws_ssm_parameter.database_${database}_${own}`)["insecure_value"]);

/** A machine of AWS's for a database of the shop, as rendered: real volume, file system, certificates and Redis; what is Amazon's alone is played by small programs. */
export interface Instance {
  readonly machine: Machine;
  readonly attach: (megabytes?: number) => Promise<Volume>;
  /** What AWS answers for a parameter below the database's path. */
  readonly put: (name: string, text: string) => Promise<void>;
  readonly setPassword: (service: string, password: string) => Promise<void>;
  /** Programs that are called by one of these names fail or do something else from now on; without a text, no more. */
  readonly replace: (program: string, text: string | null) => Promise<void>;
  /** What a service gets as an answer, over TLS and by the server's name. */
  readonly ask: (user: string, password: string, ...commands: readonly string[]) => Promise<string>;
}

/** The users that the definition asks for, and their rules. */
export const usersOf = (database: string): string => parameter(database, "users");

export async function startInstance(database: string, redis: FoundPart, packages: readonly string[]): Promise<Instance> {
  const machine = await startMachine();
  const [path, host] = [pathOf(database), hostOf(database)];
  for (const file of packages) await machine.must("cat > /tmp/package && dpkg-deb --fsys-tarfile /tmp/package | tar -x -C / --keep-directory-symlink", readFileSync(file));
  // As on Amazon Linux, and as its packages do, for whose being killed in between we do not answer.
  await machine.must("ln -sf bash /usr/bin/sh; useradd --system valkey; useradd --system mongod");
  const program = (name: string) => `#!/bin/sh\nexport LD_LIBRARY_PATH='${redis.libraryPath ?? ""}'\nexec '${redis.programs[name]}' "$@"\n`;
  await machine.write("/srv/server", program("redis-server"), "755");
  await machine.write("/srv/client", program("redis-cli"), "755");
  for (const [name, text] of Object.entries(PROGRAMS)) await machine.write(`/usr/local/bin/${name}`, text, "755");
  await machine.write("/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl", '#!/bin/sh\n[ ! -e /srv/agent-off ] && echo "$*" >> /srv/agent-calls\n', "755");
  await machine.write("/srv/openssl.sh", CERTIFICATE);
  await machine.must(`mkdir -p /etc/yum.repos.d && sh /srv/openssl.sh ${host}`);
  await machine.must(`echo "127.0.0.2 ${host}" >> /etc/hosts`);
  const put = (name: string, text: string) => machine.write(`/srv/aws/parameter${path}/${name}`, `${text}\n`);
  const setPassword = (service: string, password: string) =>
    machine.write(`/srv/aws/secret${path}/users/${service}`, JSON.stringify({ username: service, password, port: 6379 }));
  await put("configuration", parameter(database, "configuration"));
  await put("users", usersOf(database));
  await setPassword("admin", "AdminsPassword1");
  await setPassword("searcher", "SearchersPassword1");
  await machine.write("/srv/user-data", userData(database), "755");
  await machine.must("/srv/user-data");
  return {
    machine, put, setPassword,
    attach: (megabytes = 400) => machine.attach(DEVICE, megabytes),
    replace: (name, text) => (text === null ? machine.must(`rm /usr/local/bin/${name}`).then(() => {}) : machine.write(`/usr/local/bin/${name}`, `#!/bin/sh\n${text}\n`, "755")),
    async ask(user, password, ...commands) {
      const options = `-h ${host} --tls --cacert /srv/authority.pem --user ${user} --no-auth-warning`;
      const { output } = await machine.run(`REDISCLI_AUTH=${password} /srv/client ${options}`, commands.map((command) => `${command}\n`).join(""));
      return output.trim();
    },
  };
}

/** Amazon's own programs as far as they are used. The unit files are real, and are what the server is started from. */
const PROGRAMS: Readonly<Record<string, string>> = {
  aws: `#!/bin/sh
[ ! -e /srv/aws/off ] || { echo "Could not connect to the endpoint URL" >&2; exit 255; }
echo "$*" >> /srv/aws-calls
named=
for word; do
  case $before in --name | --secret-id) named=$word ;; --passphrase) word_file=\${word#fileb://} ;; esac
  before=$word
done
case "$1 $2" in
  "ssm get-parameter") cat "/srv/aws/parameter$named" ;;
  "secretsmanager get-secret-value") cat "/srv/aws/secret$named" ;;
  "acm export-certificate")
    openssl pkcs8 -topk8 -in /srv/server.key -passout "file:$word_file"
    printf '\\t'; cat /srv/server.pem; printf '\\t'; cat /srv/authority.pem ;;
  *) exit 252 ;;
esac
`,
  rpm: "#!/bin/sh\n[ -e /srv/dnf-calls ]\n",
  dnf: `#!/bin/sh
ln -sf /srv/server /usr/bin/valkey-server
ln -sf /srv/client /usr/bin/valkey-cli
echo "$*" >> /srv/dnf-calls
`,
  sysctl: "#!/bin/sh\n",
  "systemd-tmpfiles": "#!/bin/sh\n",
  systemctl: `#!/bin/sh
echo "$*" >> /srv/systemctl-calls
case $1 in restart | start) ;; *) exit 0 ;; esac
unit=/etc/systemd/system/$2
of() { sed -n "s/^$1=//p" "$unit"; }
if [ -e /srv/pid ]; then
  kill "$(cat /srv/pid)"
  while grep -q . "/proc/$(cat /srv/pid)/cmdline" 2> /dev/null; do sleep 0.05; done
fi
mkdir -p "/run/$(of RuntimeDirectory)"
chown "$(of User):" "/run/$(of RuntimeDirectory)"
$(of ExecStartPre) || exit 1
setsid setpriv --reuid "$(of User)" --regid "$(of User)" --init-groups $(of ExecStart) > /srv/log 2>&1 < /dev/null &
echo $! > /srv/pid
`,
};

/** An authority and a certificate of it for the server. */
const CERTIFICATE = `set -e
cd /srv
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout authority.key -out authority.pem -subj /CN=authority -days 30 2> /dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout server.key -out server.csr -subj "/CN=$1" 2> /dev/null
printf 'subjectAltName=DNS:%s\\n' "$1" > extensions
openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -extfile extensions -days 198 -out server.pem 2> /dev/null
`;

/** What makes the file system of data volumes: this machine's, else Debian's packages of it, fetched for this run. */
export function fileSystemPackages(): { readonly packages: readonly string[]; readonly directory: string | null; readonly missing: string | null } {
  try {
    execFileSync("sh", ["-c", "command -v mkfs.xfs && command -v xfs_growfs"], { stdio: "pipe" });
    return { packages: [], directory: null, missing: null };
  } catch {
    return fetchPackages(["xfsprogs", "libinih1", "liburcu8", "libedit2"]);
  }
}

function fetchPackages(names: readonly string[]): { readonly packages: readonly string[]; readonly directory: string | null; readonly missing: string | null } {
  const directory = mkdtempSync(join(tmpdir(), "machine-packages-"));
  try {
    execFileSync("apt-get", ["download", ...names], { cwd: directory, stdio: "pipe" });
  } catch (error) {
    return { packages: [], directory, missing: `there is no mkfs.xfs, and apt-get does not fetch it: ${error instanceof Error ? error.message : String(error)}` };
  }
  const packages = execFileSync("sh", ["-c", "ls ./*.deb"], { cwd: directory, encoding: "utf8" }).trim().split("\n").map((name) => join(directory, name));
  return { packages, directory, missing: null };
}

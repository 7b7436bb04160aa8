import { joined, type Text } from "../terraform.ts";
import { STORED_SCRIPT } from "./stored-script.ts";
import { LOG_DIRECTORY } from "./stored-watch.ts";

/** A file that an instance writes when it starts for the first time. */
export interface BootFile {
  readonly path: string;
  /** `755`; without it anyone may read it. */
  readonly mode?: string;
  readonly text: Text;
}

/** What is different from engine to engine. */
export interface BootParts {
  /** Configuration of the CloudWatch agent. */
  readonly agent: string;
  /** Variables of the program; it reads them as a shell does. */
  readonly settings: Readonly<Record<string, Text>>;
  readonly owner: string;
  readonly script: string;
  readonly files: readonly BootFile[];
  readonly sysctl: readonly string[];
  readonly kernelFiles: readonly (readonly [path: string, value: string])[];
  readonly start: string;
  readonly unit: readonly string[];
}

const UNITS = "/etc/systemd/system/platform-";

/**
 * User data of an instance. It writes files and starts one unit; everything else is that unit's, which runs at every
 * start of the machine and again until it succeeds. No secret is in it: who may look at the instance may read it.
 */
export function bootScript(parts: BootParts): Text {
  const settings = Object.entries(parts.settings).flatMap(([name, value]) => [`${name}='`, value, "'\n"]);
  const files: readonly BootFile[] = [
    { path: "/etc/platform/settings", text: joined(settings) },
    { path: "/etc/platform/engine", text: parts.script },
    { path: "/etc/platform/agent.json", text: parts.agent },
    { path: "/usr/local/sbin/platform-database", mode: "755", text: STORED_SCRIPT },
    ...parts.files,
    { path: "/etc/sysctl.d/60-platform.conf", text: lines(parts.sysctl) },
    { path: "/etc/tmpfiles.d/platform.conf", text: lines(parts.kernelFiles.map(([path, value]) => `w ${path} - - - - ${value}`)) },
    { path: `${UNITS}prepare.service`, text: PREPARE },
    { path: `${UNITS}database.service`, text: server(parts) },
    { path: `${UNITS}access.service`, text: ACCESS },
    { path: `${UNITS}access.timer`, text: TIMER },
  ];
  return joined([
    `#!/bin/sh\nset -eu\nmkdir -p /etc/platform ${LOG_DIRECTORY}\n`,
    ...files.flatMap(written),
    "systemctl daemon-reload\nsystemctl enable --now --no-block platform-prepare.service\n",
  ]);
}

const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join("");

const written = ({ path, mode, text }: BootFile): readonly Text[] => [
  `cat > ${path} <<'END'\n`, text, `END\n${mode === undefined ? "" : `chmod ${mode} ${path}\n`}`,
];

/** What a unit says goes to a file, for the CloudWatch agent. */
const said = (file: string): string => `StandardOutput=append:${LOG_DIRECTORY}/${file}.log\nStandardError=inherit`;

const PREPARE = `[Unit]
Description=Volume, server and files of the database
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/platform-database prepare
${said("program")}
ExecStartPost=/usr/bin/systemctl start --no-block platform-database.service platform-access.timer
Restart=on-failure
RestartSec=15

[Install]
WantedBy=multi-user.target
`;

const server = ({ owner, start, unit }: BootParts): string => `[Unit]
Description=The database
Requires=platform-prepare.service
After=platform-prepare.service
RequiresMountsFor=/data
StartLimitIntervalSec=0

[Service]
User=${owner}
ExecStartPre=/usr/bin/mountpoint -q /data
ExecStart=${start}
${said("database")}
Restart=always
RestartSec=1
TimeoutStopSec=120
LimitNOFILE=64000
LimitNPROC=64000
OOMScoreAdjust=-600
NoNewPrivileges=yes
ProtectSystem=full
ProtectHome=yes
PrivateTmp=yes
${lines(unit)}`;

const ACCESS = `[Unit]
Description=Files and users of the database

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/platform-database access
${said("program")}
`;

const TIMER = `[Unit]
Description=Every minute: files and users of the database

[Timer]
OnActiveSec=5
OnUnitInactiveSec=60
AccuracySec=5
`;

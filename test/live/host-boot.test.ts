import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { hostBoot } from "../../src/aws/render/host-boot.ts";
import { startMachine, whyNoMachine, type Machine } from "./stored/machine.ts";

// What a host does when it starts for the first time, and the rule that it has before its agent begins, with the kernel's real filter.
const packages = mkdtempSync(join(tmpdir(), "host-boot-test-"));
afterAll(() => rmSync(packages, { recursive: true }));

const NEEDED = ["iptables", "libip4tc2", "libip6tc2", "libxtables12", "libmnl0", "libnetfilter-conntrack3", "libnfnetlink0", "libnftnl11"];

function whyNoFilter(): string | null {
  try {
    execFileSync("apt-get", ["download", "-q", ...NEEDED], { cwd: packages, stdio: "pipe" });
    return null;
  } catch {
    return "the packages of iptables cannot be fetched";
  }
}

const why = whyNoMachine() ?? whyNoFilter();
if (why !== null) console.warn(`Skipped: the boot program of hosts on AWS is not run, because ${why}.`);

/** A machine with iptables, and what ECS's image has: the agent's directory. What would make systemd read its units again says so. */
async function start(): Promise<Machine> {
  const machine = await startMachine();
  for (const file of readdirSync(packages)) await machine.must("cat > /tmp/package && dpkg-deb --fsys-tarfile /tmp/package | tar -x -C / --keep-directory-symlink", readFileSync(join(packages, file)));
  await machine.must("ldconfig; ln -sf /usr/sbin/iptables-nft /usr/sbin/iptables; rm -rf /etc/ecs /etc/systemd/system/ecs.service.d; mkdir -p /etc/ecs /run/systemd");
  await machine.write("/usr/local/bin/systemctl", '#!/bin/sh\necho "$@" >> /tmp/systemctl\n', "755");
  await machine.write("/srv/boot", hostBoot("shop-live"), "755");
  return machine;
}

const FETCH = (address: string): string => `python3 -c 'import urllib.request; urllib.request.urlopen("http://${address}/", timeout=1)'`;

/** The line that systemd runs before the agent, as a shell has it. */
const AGENT_BEGINS = String.raw`eval "$(sed -n 's/^ExecStartPre=//p' /etc/systemd/system/ecs.service.d/metadata.conf)"`;

describe.skipIf(why !== null)("a host", () => {
  test("tells its agent where it belongs and what it may", async () => {
    const machine = await start();
    await machine.must("/srv/boot");
    const lines = (await machine.must("cat /etc/ecs/ecs.config")).split("\n");
    expect(lines).toEqual(expect.arrayContaining(["ECS_CLUSTER=shop-live", "ECS_DYNAMIC_HOST_PORT_RANGE=40000-40999", "ECS_DISABLE_PRIVILEGED=true", "ECS_ENABLE_TASK_IAM_ROLE=true"]));
    // Each is a variable for systemd, which takes no comments behind values.
    for (const line of lines) expect(line).toMatch(/^ECS_[A-Z_]+=[\w.-]+$/);
    expect(await machine.must("cat /tmp/systemctl")).toBe("daemon-reload");
  });

  test("keeps containers from its own credentials, and nothing else from them", async () => {
    const machine = await start();
    await machine.must("/srv/boot");
    await machine.must("iptables -N DOCKER-USER && iptables -A FORWARD -j DOCKER-USER");
    // A container behind docker0, and beyond the host the metadata and another server.
    await machine.must([
      "ip link add docker0 type bridge", "ip addr add 172.17.0.1/16 dev docker0", "ip link set docker0 up",
      "unshare --net sleep 60 > /dev/null 2>&1 & echo $! > /tmp/container", "unshare --net sleep 60 > /dev/null 2>&1 & echo $! > /tmp/outside", "sleep 0.5",
      'ip link add inside type veth peer name eth0 netns "$(cat /tmp/container)"', "ip link set inside master docker0 up",
      'ip link add uplink type veth peer name eth0 netns "$(cat /tmp/outside)"', "ip addr add 198.51.100.1/24 dev uplink", "ip link set uplink up",
      "ip route add 169.254.169.254 via 198.51.100.2", "echo 1 > /proc/sys/net/ipv4/ip_forward",
      'nsenter --net --target "$(cat /tmp/container)" sh -c "ip addr add 172.17.0.2/16 dev eth0; ip link set eth0 up; ip route add default via 172.17.0.1"',
      'nsenter --net --target "$(cat /tmp/outside)" sh -c "ip link set lo up; ip addr add 198.51.100.2/24 dev eth0; ip addr add 169.254.169.254/32 dev lo; ip link set eth0 up; ip route add default via 198.51.100.1"',
      'nsenter --net --target "$(cat /tmp/outside)" python3 -m http.server 80 --directory /srv > /dev/null 2>&1 < /dev/null & sleep 1',
    ].join("\n"));
    const asks = async (address: string) => (await machine.run(`nsenter --net --target "$(cat /tmp/container)" ${FETCH(address)}`)).code === 0;
    expect([await asks("169.254.169.254"), await asks("198.51.100.2")]).toEqual([true, true]);
    await machine.must(AGENT_BEGINS);
    expect([await asks("169.254.169.254"), await asks("198.51.100.2")]).toEqual([false, true]);
    // The agent is started again, or the host is: the rule stands once.
    await machine.must(AGENT_BEGINS);
    expect((await machine.must("iptables -S DOCKER-USER")).split("\n").filter((line) => line.includes("169.254.169.254"))).toHaveLength(1);
    // The host itself still reaches it.
    expect((await machine.run(FETCH("169.254.169.254"))).code).toBe(0);
  });

  test("has no agent where the rule cannot be made", async () => {
    const machine = await start();
    await machine.must("/srv/boot");
    expect((await machine.run(AGENT_BEGINS)).code).not.toBe(0);
  });
});

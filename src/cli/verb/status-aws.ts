import { awsStatus } from "../../aws/run/status.ts";
import type { StatusReport } from "../../local/run/status.ts";
import { onAws } from "../aws.ts";
import type { Invocation } from "../invocation.ts";
import { overviewTable } from "../overview.ts";
import { wrap } from "../table.ts";

/** What runs on AWS now, in the shape that it has on this machine, and what rings. */
export async function statusOnAws(invocation: Invocation): Promise<number> {
  return onAws(invocation, "AWS cannot be asked what runs", async ({ model: { shared }, environment, settings, registry, identity }) => {
    const { alarms, ...seen } = await awsStatus({ shared, environment, settings, registry, account: identity.account });
    const report: StatusReport = seen;
    if (invocation.flags.has("json")) {
      invocation.print(`${JSON.stringify({ ...report, alarms }, null, 2)}\n`);
      return 0;
    }
    const { columns } = invocation.terminal;
    const title = `${report.platform} ${report.environment} on AWS, account ${identity.account}${report.ready ? "" : ": not everything is ready"}`;
    const ringing = alarms.map(({ name, since, why }) => `  ${wrap(`${name}: ${why} (since ${since.slice(0, 16).replace("T", " ")} UTC)`, columns - 2, "    ")}\n`).join("");
    invocation.print(`${title}\n\n${overviewTable(report, invocation.terminal)}${ringing === "" ? "" : `\nAlarms:\n${ringing}`}`);
    return 0;
  });
}

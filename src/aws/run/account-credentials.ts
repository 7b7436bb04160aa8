import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

type Variables = Readonly<Record<string, string | undefined>>;

const NAMED = ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];

/** Whether there may be credentials for AWS, found without asking anybody: in the variables, in a file, or because this is an instance of EC2. */
export function mayHaveCredentials(environment: Variables): boolean {
  if (NAMED.some((name) => (environment[name] ?? "") !== "")) return true;
  const home = environment["HOME"] ?? homedir();
  const files = [environment["AWS_SHARED_CREDENTIALS_FILE"] ?? join(home, ".aws/credentials"), environment["AWS_CONFIG_FILE"] ?? join(home, ".aws/config")];
  return files.some((file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0) || isInstance();
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/identify_ec2_instances.html */
function isInstance(): boolean {
  try {
    return readFileSync("/sys/devices/virtual/dmi/id/sys_vendor", "utf8").trim() === "Amazon EC2";
  } catch {
    return false;
  }
}

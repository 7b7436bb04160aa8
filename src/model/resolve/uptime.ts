import type { UptimeDefinition } from "../../definition/uptime.ts";
import type { Uptime } from "../uptime.ts";
import { told } from "./email.ts";
import { object, required, type Fields, type Reader } from "./read.ts";

const MOST_TOLD = 10;

const UPTIME = {
  notify: required(told(MOST_TOLD, "nobody is told when a host does not answer"), '["ops@example.com"]'),
} satisfies Fields<UptimeDefinition>;

export const uptime: Reader<Uptime> = object(UPTIME, "uptime");

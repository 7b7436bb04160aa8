import type { Service, Variable } from "./service.ts";

/** Of the memory of a replica; the rest is for code, threads, buffers and what the runtime itself takes. */
const HEAP_SHARE = 0.625;
/** Where Node makes what is young: two of these are in use at once. */
const YOUNG_SHARE = 1 / 32;
const MOST_YOUNG_MB = 16;

/**
 * The variable that ends a program's heap below the memory of its replica, in megabytes and so on every target alike: a
 * runtime that is left alone goes by the memory of the machine, or of the container, and is ended without a word.
 * `JDK_JAVA_OPTIONS` is read by `java` alone, not by the tools beside it.
 * https://nodejs.org/api/cli.html#--max-old-space-sizesize-in-mib, https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html
 * Null where the runtime is not known, or the variable is a secret.
 */
export function heapVariable({ runtime, size, secrets }: Pick<Service, "runtime" | "size" | "secrets">): Variable | null {
  if (runtime === null) return null;
  const megabytes = Math.floor(size.memoryMb * HEAP_SHARE);
  const young = Math.min(MOST_YOUNG_MB, Math.max(1, Math.floor(size.memoryMb * YOUNG_SHARE)));
  const variable = {
    node: { name: "NODE_OPTIONS", value: [`--max-old-space-size=${megabytes} --max-semi-space-size=${young}`] },
    java: { name: "JDK_JAVA_OPTIONS", value: [`-Xmx${megabytes}m`] },
  }[runtime];
  return secrets.some(({ name }) => name === variable.name) ? null : variable;
}

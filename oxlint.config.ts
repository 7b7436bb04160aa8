import { defineConfig } from "oxlint";

/**
 * The architecture: which layer may import which, besides itself. A layer is a folder under src with all that is in it, or
 * files. Pure layers decide and do nothing else: the same definition gives the same bytes.
 */
const LAYERS = {
  "kit": { imports: [], pure: true },
  "definition": { imports: [], pure: true },
  "model": { imports: ["definition", "kit"], pure: true },
  "index.ts": { imports: ["derive.ts", "definition", "model"], pure: true },
  "derive.ts": { imports: ["definition", "model", "checks", "observability", "aws/render", "local/render", "pipeline/render"], pure: true },
  "notify": { imports: ["kit"], pure: true },
  "checks": { imports: ["model", "kit"], pure: true },
  "observability": { imports: ["model", "kit"], pure: true },
  "pipeline/render": { imports: ["model", "kit"], pure: true },
  "pipeline/run": { imports: ["pipeline/render", "model", "notify", "kit"], pure: false },
  "aws/*.ts": { imports: ["aws/schema"], pure: true },
  "aws/schema": { imports: ["aws/*.ts"], pure: true },
  "aws/render": { imports: ["aws/*.ts", "aws/schema", "model", "observability", "notify", "kit", "inside/*/contract.ts"], pure: true },
  "aws/read": { imports: ["aws/schema", "model", "kit"], pure: true },
  "aws/cost": { imports: ["aws/schema", "model", "kit"], pure: true },
  "aws/run": { imports: ["aws/render", "aws/read", "aws/cost", "aws/*.ts", "model", "notify", "kit"], pure: false },
  "local/render": { imports: ["model", "observability", "notify", "kit", "inside/*/contract.ts"], pure: true },
  "local/read": { imports: ["model", "kit"], pure: true },
  "local/run": { imports: ["local/render", "local/read", "model", "notify", "kit"], pure: false },
  "inside": { imports: ["notify", "kit"], pure: false },
  "console": { imports: ["model", "kit"], pure: false },
  "cli": { imports: ["*"], pure: false },
};

/** What a pure layer cannot see: the machine, the clock, the network, chance. */
const IMPURE_GLOBALS = [
  "process", "Buffer", "fetch", "WebSocket", "Date", "performance", "crypto", "console", "globalThis", "global", "eval", "Function",
  "setTimeout", "setInterval", "setImmediate", "queueMicrotask",
];

const pureFiles = Object.entries(LAYERS).flatMap(([layer, { pure }]) => (pure ? [layer.endsWith(".ts") ? `src/${layer}` : `src/${layer}/**`] : []));

export default defineConfig({
  plugins: ["eslint", "typescript", "unicorn", "oxc", "import", "promise"],
  jsPlugins: ["./tools/lint/architecture.ts"],
  categories: { correctness: "error" },
  options: { typeAware: true, reportUnusedDisableDirectives: "error" },
  ignorePatterns: ["src/aws/schema/types.ts", "**/node_modules/**"],
  rules: {
    "architecture/imports": ["error", LAYERS],
    "import/no-cycle": "error",
    "import/no-default-export": "error",
    "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
    "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
    "unicorn/filename-case": ["error", { case: "kebabCase" }],
    "typescript/no-explicit-any": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/await-thenable": "error",
    "typescript/only-throw-error": ["error", { allowThrowingAny: true, allowThrowingUnknown: true }],
    "typescript/unbound-method": "off",
    "typescript/switch-exhaustiveness-check": "error",
    "typescript/no-unnecessary-type-assertion": "error",
    "eqeqeq": ["error", "always"],
    "no-var": "error",
    "prefer-const": "error",
    "no-console": "error",
    "no-empty": "error",
    "no-control-regex": "off",
    // A copy is walked where the original changes meanwhile.
    "unicorn/no-useless-spread": "off",
  },
  overrides: [
    {
      files: pureFiles,
      rules: {
        "no-restricted-globals": ["error", ...IMPURE_GLOBALS],
        "no-restricted-properties": ["error", { object: "Math", property: "random", message: "A pure layer leaves nothing to chance." }],
      },
    },
    { files: ["test/**", "**/test/**", "**/*.test.{ts,js}"], rules: { "max-lines-per-function": "off", "no-console": "off" } },
    // A test beside what it tests stands outside the layers.
    { files: ["src/**/*.test.ts"], rules: { "architecture/imports": "off", "no-restricted-globals": "off", "no-restricted-properties": "off" } },
    {
      files: ["examples/**", "templates/**"],
      rules: {
        // A promise that the test runner or a listener gets is its own to wait for.
        "typescript/no-misused-promises": ["error", { checksVoidReturn: false }],
        "typescript/no-floating-promises": ["error", { allowForKnownSafeCalls: [{ from: "package", package: "node:test", name: ["test", "suite", "describe", "it"] }] }],
        "typescript/no-misused-spread": "off",
        "typescript/require-array-sort-compare": "off",
      },
    },
    { files: ["oxlint.config.ts", "vitest*.config.ts", "{examples,templates}/*/platform.ts", "tools/lint/architecture.ts"], rules: { "import/no-default-export": "off" } },
    // A definition is one function that says it all; a page's code is one closure over its elements.
    { files: ["{examples,templates}/*/platform.ts", "{examples,templates}/*/sites/**"], rules: { "max-lines-per-function": "off" } },
    { files: ["tools/**", "examples/**", "templates/**"], rules: { "no-console": "off" } },
  ],
});

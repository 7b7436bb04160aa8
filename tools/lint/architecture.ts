import { matchesGlob, posix, relative, resolve, sep } from "node:path";

/** The architecture, as the configuration gives it to the rule. */
type Layers = Readonly<Record<string, { readonly imports: readonly string[]; readonly pure: boolean }>>;

/** The little of the linter's own types that this needs. */
interface Context {
  readonly filename: string;
  readonly cwd: string;
  readonly options: readonly unknown[];
  report(problem: { readonly node: Node; readonly message: string }): void;
}

interface Node {
  readonly type: string;
}

interface Importing extends Node {
  readonly source: (Node & { readonly value?: unknown }) | null;
}

/** Holds every import, type-only and dynamic ones as well, against the table of layers. It looks at where an import leads, not how it is written. */
const imports = {
  meta: { schema: [{ type: "object" }] },
  create(context: Context) {
    const layers = context.options[0] as Layers;
    const root = resolve(context.cwd, "src");
    const from = layerOf(pathIn(root, context.filename), layers);
    const check = (node: Importing) => {
      if (node.source === null) return;
      const message = typeof node.source.value === "string" ? problem(node.source.value, context.filename, root, from, layers) : unreadable(from, layers);
      if (message !== undefined) context.report({ node, message });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check, TSImportType: check };
  },
};

function problem(specifier: string, filename: string, root: string, from: string | undefined, layers: Layers): string | undefined {
  if (!specifier.startsWith(".")) {
    return from !== undefined && layers[from]?.pure ? `${from} is pure: it may not import "${specifier}"` : undefined;
  }
  const target = pathIn(root, resolve(filename, "..", specifier));
  if (from === undefined) return undefined;
  if (target === undefined) return `${from} may not import what is outside src`;
  const to = layerOf(target, layers);
  const allowed = layers[from]?.imports ?? [];
  if (to === from || allowed.some((each) => each === "*" || each === to || matchesGlob(target, each))) return undefined;
  return `${from} may not import ${to ?? target}; it may import ${allowed.join(", ") || "nothing"}`;
}

const unreadable = (from: string | undefined, layers: Layers): string | undefined =>
  from !== undefined && layers[from]?.pure ? `${from} is pure: it may not import what is only known when it runs` : undefined;

/** The layer of a path in src; the path itself where the table does not know it, so that it may import nothing. Undefined outside src. */
function layerOf(path: string | undefined, layers: Layers): string | undefined {
  return path === undefined ? undefined : (Object.keys(layers).find((layer) => matchesGlob(path, layer) || path.startsWith(`${layer}/`)) ?? path);
}

function pathIn(root: string, file: string): string | undefined {
  const path = relative(root, file).split(sep).join(posix.sep);
  return path.startsWith("..") ? undefined : path;
}

export default { meta: { name: "architecture" }, rules: { imports } };

export { findParts, type FindOptions } from "./find.ts";
export { inspectParts, type PartReport } from "./inspect.ts";
export { findFauxqs, inspectFauxqs, type FoundPackage, type NpmPartName, type NpmReport } from "./npm.ts";
export { programEnvironment, type FoundPart, type PartEvent, type PartName, type ProductName } from "./part.ts";
export { findPython, inspectPythons, type PythonReport } from "./python.ts";
export type { PythonPartName } from "./python-table.ts";
export type { FoundPython } from "./python-tree.ts";
export { findTool } from "./on-path.ts";
export { compareVersions } from "./version.ts";

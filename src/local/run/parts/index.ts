export { findParts, type FindOptions } from "./find.ts";
export { inspectParts, type PartReport } from "./inspect.ts";
export { programEnvironment, type FoundPart, type PartEvent, type PartName, type ProductName } from "./part.ts";

import type { Model } from "../../model/model.ts";
import { directory, type TerraformDirectory } from "./directory.ts";
import { renderEnvironment } from "./environment.ts";
import { sharedRegistry } from "./registry.ts";
import { sharedSettings } from "./settings.ts";
import { sharedZone } from "./zone.ts";

export type { TerraformDirectory, TerraformFile } from "./directory.ts";

/**
 * Terraform for the whole platform: what environments share, applied first, then each of them. Only directories that are
 * wanted are rendered. The same model gives the same bytes.
 */
export function renderTerraform(model: Model, wanted: (directory: string) => boolean = () => true): readonly TerraformDirectory[] {
  return [
    ...(wanted("shared") ? [directory("shared", [sharedSettings(model.shared), sharedZone(model.shared), sharedRegistry(model)])] : []),
    ...model.environments.filter(({ name }) => wanted(name)).map((environment) => renderEnvironment(model.shared, environment)),
  ];
}

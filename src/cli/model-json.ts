import type { Model } from "../model/model.ts";

/** The model as `model --json` prints it: the same bytes for the same definition. */
export const modelJson = (model: Model): string => `${JSON.stringify(model, null, 2)}\n`;

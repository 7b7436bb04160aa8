import { asBody, blocksOf, readConfiguration, type Body, type Configuration } from "../../src/aws/read/configuration.ts";
import { renderTerraform, type TerraformDirectory } from "../../src/aws/render/index.ts";
import type { Model } from "../../src/model/model.ts";

/** The directory of one environment, or `shared`. */
export function directoryOf(model: Model, name: string): TerraformDirectory {
  const found = renderTerraform(model).find((directory) => directory.name === name);
  if (!found) throw new Error(`there is no directory ${name}`);
  return found;
}

const read = new WeakMap<TerraformDirectory, Configuration>();

/** A directory's files, read once. */
export function configurationOf(directory: TerraformDirectory): Configuration {
  const configuration = read.get(directory) ?? readConfiguration(directory.files);
  read.set(directory, configuration);
  return configuration;
}

/** What is written of a block, by its address: `body("aws_vpc.main")`. */
export function bodies(directory: TerraformDirectory): (address: string) => Body {
  const all = new Map(directory.files.flatMap(({ content }) => blocksOf(asBody(JSON.parse(content)))).map(({ address, body }) => [address, body]));
  return (address) => {
    const body = all.get(address);
    if (!body) throw new Error(`there is no ${address} in ${directory.name}; there are ${[...all.keys()].join(" ")}`);
    return body;
  };
}

/** Addresses of all resources of a type. */
export function addresses(directory: TerraformDirectory, type: string): readonly string[] {
  return directory.files.flatMap(({ content }) => blocksOf(asBody(JSON.parse(content)))).filter((block) => block.type === type).map(({ address }) => address);
}

/** A JSON document that is written as text. */
export const document = (text: unknown): unknown => JSON.parse(String(text));

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../kit/failure.ts";
import { addressesOf } from "../read/address.ts";
import { marked } from "../marker.ts";
import type { TerraformDirectory, TerraformFile } from "../render/index.ts";

/** A file of the team's own Terraform. */
export interface ExtraFile {
  /** `extra/alarms.tf`, `extra/prod/bucket.tf.json` */
  readonly path: string;
  /** The directory that it is for; null: every environment's. */
  readonly directory: string | null;
  readonly name: string;
  readonly content: string;
}

const FOLDER = "extra";

/** The `.tf` and `.tf.json` files in `extra/` beside a definition, and in its folders, which are called like directories. None where there is no such folder. */
export async function readExtra(sources: string): Promise<readonly ExtraFile[]> {
  const entries = await readdir(join(sources, FOLDER), { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  });
  const read = async (path: string, directory: string | null, name: string): Promise<ExtraFile> => ({ path, directory, name, content: await readFile(join(sources, path), "utf8") });
  const found = entries.sort((one, other) => (one.name < other.name ? -1 : 1)).map(async (entry): Promise<readonly ExtraFile[]> => {
    if (!entry.isDirectory()) return isTerraform(entry.name) ? [await read(`${FOLDER}/${entry.name}`, null, entry.name)] : [];
    const names = (await readdir(join(sources, FOLDER, entry.name))).filter(isTerraform).sort();
    return Promise.all(names.map((name) => read(`${FOLDER}/${entry.name}/${name}`, entry.name, name)));
  });
  return (await Promise.all(found)).flat();
}

const isTerraform = (name: string): boolean => /^[^.].*\.tf(\.json)?$/.test(name);

/**
 * The rendered directories with the team's own files beside ours. `known` are the directories that there can be, rendered now or not.
 * @throws Failure `usage` for a folder of no directory, and where two files have one name or define one thing, with both places
 */
export function withExtra(rendered: readonly TerraformDirectory[], extra: readonly ExtraFile[], known: readonly string[]): readonly TerraformDirectory[] {
  if (extra.length === 0) return rendered;
  const strange = extra.find(({ directory }) => directory !== null && !known.includes(directory));
  if (strange) throw new Failure("usage", `${strange.path} is for no directory: there is no ${strange.directory}`, { hint: `move it to ${FOLDER}/${known.join(`, ${FOLDER}/`)} or ${FOLDER} itself` });
  return rendered.map((one) => {
    const own = extra.filter(({ directory }) => (directory === null ? one.name !== "shared" : directory === one.name));
    if (own.length === 0) return one;
    refuseTwice([...one.files.map((file) => ({ ...file, place: `${one.name}/${file.name}, which is ours` })), ...own.map((file) => ({ ...file, place: file.path }))]);
    return { ...one, files: [...one.files, ...own.map(copied)] };
  });
}

interface Placed extends TerraformFile {
  readonly place: string;
}

/** Two files of one name would be one, two blocks of one address are none. */
function refuseTwice(files: readonly Placed[]): void {
  const names = new Map<string, string>();
  const addresses = new Map<string, string>();
  for (const file of files) {
    const same = names.get(file.name);
    if (same !== undefined) throw new Failure("usage", `${file.place} has the name of ${same}`, { hint: "rename it" });
    names.set(file.name, file.place);
    for (const address of readAddresses(file)) {
      const other = addresses.get(address);
      if (other !== undefined) throw new Failure("usage", `${file.place} defines ${address}, and so does ${other}`, { hint: "give it another name" });
      addresses.set(address, file.place);
    }
  }
}

function readAddresses(file: Placed): readonly string[] {
  try {
    if (file.name.endsWith(".tf.json") && Array.isArray(JSON.parse(file.content))) throw new SyntaxError("it is a list, not an object");
    return addressesOf(file);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Failure("usage", `${file.place} is no JSON of Terraform: ${error.message}`, { hint: "correct it, or write it in Terraform's own language, with the ending .tf", cause: error });
  }
}

/** The file as it is written: by its first line we know it again, and take it away when it is gone here. */
const copied = ({ name, path, content }: ExtraFile): TerraformFile => ({ name, content: marked(name, content, path) });

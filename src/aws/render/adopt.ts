import { directory, type Noun, type TerraformDirectory } from "./directory.ts";

/** Something that is there already, and from now on is Terraform's. */
export interface Adopted {
  /** Address of its resource. */
  readonly to: string;
  /** By which the provider finds it: a bucket's name, a role's, an ARN. */
  readonly id: string;
}

/** The file that takes them over, with the next apply. Once that is done it says nothing new. */
export const adoptedNoun = (adopted: readonly Adopted[]): Noun => ({
  name: "adopted", blocks: [], ...(adopted.length > 0 && { settings: { import: adopted.map(({ to, id }) => ({ to, id })) } }),
});

/** A directory with one more file, which takes these over. */
export const adopting = (rendered: TerraformDirectory, adopted: readonly Adopted[]): TerraformDirectory => ({
  ...rendered, files: [...rendered.files, ...directory(rendered.name, [adoptedNoun(adopted)]).files],
});

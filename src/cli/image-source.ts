import type { ImagePlatform } from "../aws/run/image-builder.ts";
import type { ImageSource } from "../aws/run/image-build.ts";
import { Failure } from "../kit/failure.ts";
import { contentHash, copySource, readSource } from "../local/run/source.ts";
import type { Environment } from "../model/model.ts";
import type { Service } from "../model/service.ts";
import { instanceType } from "../model/instance-type.ts";

/** The sources of an image: what git tracks or would track, under the name that a release of the same content has here. */
export async function imageSource(directory: string, platform: ImagePlatform): Promise<ImageSource> {
  const source = await readSource(directory);
  if (source.files.length === 0) throw new Failure("build-failed", `cannot build an image: ${directory} holds no files`);
  const hash = await contentHash(source, [platform]);
  return {
    directory,
    release: `${source.commit ?? "worktree"}-${hash}`,
    copy: async (to) => {
      await copySource(source, to);
      if ((await contentHash({ ...source, directory: to }, [platform])) !== hash) throw new Failure("build-failed", `cannot build an image: ${directory} was changed while it was read`, { hint: "the same command again" });
    },
  };
}

/** The processor of the hosts that a service runs on. */
export function imagePlatform({ hosts }: Environment, service: Service): ImagePlatform {
  const group = hosts.find(({ name }) => name === service.hosts);
  const architecture = group === undefined ? undefined : instanceType(group.instance)?.architecture;
  return architecture === "x86_64" ? "linux/amd64" : "linux/arm64";
}

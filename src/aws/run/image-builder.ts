/** Processors, as images are told apart by them. */
export type ImagePlatform = "linux/arm64" | "linux/amd64";

/** What is to become an image. */
export interface ImageBuild {
  /** Holds the Dockerfile and everything that it copies. */
  readonly directory: string;
  /** Repository and tag that it is pushed to. */
  readonly reference: string;
  readonly platform: ImagePlatform;
  /** Directory with our own `config.json`, in which the registry's password is. */
  readonly secrets: string;
}

export interface Command {
  readonly program: string;
  readonly words: readonly string[];
}

/** A program that builds images: whether it works here, and what it is told. */
export interface ImageBuilder {
  readonly name: string;
  /** End with 0 where it can build. */
  readonly probe: readonly Command[];
  /** Prints where the daemon listens that builds and pushes; null where there is none, or the usual one. */
  readonly daemon: Command | null;
  readonly build: (build: ImageBuild) => Command;
  readonly push: (build: ImageBuild) => Command;
}

const command = (program: string, ...words: readonly string[]): Command => ({ program, words });

/** The password comes from a file of ours, so that nothing of it is on a command line or in the person's own configuration. */
const dockerPush = ({ reference, secrets }: ImageBuild): Command => command("docker", "--config", secrets, "push", "--quiet", reference);
const DOCKER_WORKS = command("docker", "version", "--format", "{{.Server.Version}}");
const DOCKER_DAEMON = command("docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}");

/**
 * In the order in which they are tried. One manifest, without attestations beside it: then the digest that is pushed is the
 * one that hosts report. https://docs.docker.com/reference/cli/docker/buildx/build https://docs.podman.io/en/latest/markdown/podman-push.1.html
 */
export const IMAGE_BUILDERS: readonly ImageBuilder[] = [
  {
    name: "docker buildx",
    probe: [DOCKER_WORKS, command("docker", "buildx", "version")],
    daemon: DOCKER_DAEMON,
    build: ({ directory, reference, platform }) =>
      command("docker", "buildx", "build", "--platform", platform, "--provenance=false", "--sbom=false", "--load", "--progress=plain", "--tag", reference, directory),
    push: dockerPush,
  },
  {
    name: "docker",
    probe: [DOCKER_WORKS],
    daemon: DOCKER_DAEMON,
    build: ({ directory, reference, platform }) => command("docker", "build", "--platform", platform, "--tag", reference, directory),
    push: dockerPush,
  },
  ...(["podman", "buildah"] as const).map((name): ImageBuilder => ({
    name,
    probe: [command(name, "info")],
    daemon: null,
    build: ({ directory, reference, platform }) => command(name, "build", "--platform", platform, "--tag", reference, directory),
    push: ({ reference, secrets }) => command(name, "push", "--authfile", `${secrets}/config.json`, reference),
  })),
];

/** What is written into `config.json`. https://docs.docker.com/reference/cli/docker/login/#credential-stores */
export const registryLogin = (host: string, token: string): string => JSON.stringify({ auths: { [host]: { auth: token } } });

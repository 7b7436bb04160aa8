/** Where things are under a platform's state directory. */
export interface Place {
  readonly state: string;
  readonly lock: string;
  readonly stateFile: string;
  readonly secrets: string;
  readonly jobs: string;
  readonly snapshots: string;
  /** Of a restore that is under way; it is gone after one. */
  readonly restore: string;
  part(name: string): string;
  log(name: string): string;
  config(name: string): string;
  data(name: string): string;
  work(name: string): string;
  releases(name: string): string;
  release(name: string, id: string): string;
  /** Packages that builds of a service or site installed, kept for the next one. */
  packages(name: string): string;
}

/** Names every place of a state directory, once. */
export function placeOf(state: string): Place {
  return {
    state,
    lock: `${state}/controller.lock`,
    stateFile: `${state}/state.json`,
    secrets: `${state}/secrets`,
    jobs: `${state}/jobs`,
    snapshots: `${state}/snapshots`,
    restore: `${state}/restore`,
    part: (name) => `${state}/parts/${name}`,
    log: (name) => `${state}/logs/${name}`,
    config: (name) => `${state}/config/${name}`,
    data: (name) => `${state}/data/${name}`,
    work: (name) => `${state}/work/${name}`,
    releases: (name) => `${state}/releases/${name}`,
    release: (name, id) => `${state}/releases/${name}/${id}`,
    packages: (name) => `${state}/packages/${name}`,
  };
}

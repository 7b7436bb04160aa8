/** Static files for browsers. */
export interface SiteDefinition {
  /** First label of its host name: `"www"` is www.dailyge.com in production. */
  readonly host: string;
  /** Also answers at the bare domain. One site may, in the environment whose `hosts` are plain. @default false */
  readonly apex?: boolean;
  /** Its sources, relative to `platform.ts`. */
  readonly directory: string;
  /** Shell command that makes the files, run in a copy of the directory. @default none, the directory is served as it is */
  readonly build?: string;
  /** Where the files are after the build, relative to the directory. @default "." */
  readonly output?: string;
  /** Paths that are no file answer with `index.html`, for applications that route in the browser. @default false */
  readonly singlePage?: boolean;
  /** A bucket on AWS that is there already, by its name: the next apply takes it over with its files, and gives it a policy by which the site alone is served from it. @default none, one is made */
  readonly existing?: string;
  /** Values its build and its pages see, the latter in `/environment.json`. `{api.url}` is a service's public address; that service then accepts this site's origin. @default {} */
  readonly environment?: Readonly<Record<string, string>>;
  /** The name that it had on AWS before the definition renamed it: all that it keeps stays there, under that name, for as long as this is written. One machine begins it anew. @default it was always called so */
  readonly renamedFrom?: string;
}

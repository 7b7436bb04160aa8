/** A part of the platform does not answer now; it may later. */
export class Unavailable extends Error {
  readonly part: string;

  constructor(part: string, cause: unknown) {
    super(`${part} does not answer`, { cause });
    this.name = "Unavailable";
    this.part = part;
  }
}

/** What comes of it, or Unavailable where it takes longer. What was asked goes on; its outcome is nobody's any more. */
export async function within<T>(milliseconds: number, part: string, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Unavailable(part, new Error(`no answer within ${milliseconds} ms`))), milliseconds);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

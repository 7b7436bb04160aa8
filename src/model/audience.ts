import type { Audience, Endpoint } from "./service.ts";

/** Who may ask this path: the first rule that matches says, in small letters as patterns are. */
export function audienceAt({ reachableBy, paths }: Pick<Endpoint, "reachableBy" | "paths">, path: string): Audience {
  return paths.find(({ pattern }) => matches(pattern, path.toLowerCase()))?.reachableBy ?? reachableBy;
}

function matches(pattern: string, path: string): boolean {
  const [start = "", ...pieces] = pattern.split("*");
  const end = pieces.pop();
  if (end === undefined) return path === pattern;
  if (!path.startsWith(start)) return false;
  let at = start.length;
  for (const piece of pieces) {
    const found = path.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return path.length - end.length >= at && path.endsWith(end);
}

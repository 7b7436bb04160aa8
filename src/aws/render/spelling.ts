/**
 * Paths that a load balancer and a service may read in two ways, and no client has to send: empty and dot segments,
 * `;`, `\`, `#`, percent signs that hide these, a slash or a control character, are no UTF-8 or no encoding, and those
 * without need (of letters, digits, `-._~`). Expressions for the whole path, of what such a load balancer knows.
 */
export const AMBIGUOUS_PATHS: readonly string[] = [
  String.raw`^.*(//|/[.][.]?(/|$)|[;#\\]|%([01]|2[fF]|3[bB]|5[cC]|7[fF]|[cC][01]|[fF][5-9a-fA-F])).*$`,
  "^.*%([^0-9a-fA-F]|.?$|[0-9a-fA-F][^0-9a-fA-F]).*$",
  "^.*%(2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aAeE]).*$",
];

/** One word of HAProxy's configuration. Nothing is special between single quotes. https://docs.haproxy.org/2.6/configuration.html#2.2 */
export const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A line of a section. */
export const line = (text: string): string => `  ${text}\n`;

/** A short answer of the edge's own, as HAProxy's rules and error files take it. */
export function page(status: string, title: string, text: string): string {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${status} ${title}</title><h1>${status} ${title}</h1><p>${text}</p>`;
  return `status ${status} content-type ${quoted("text/html; charset=utf-8")} string ${quoted(html)} hdr Cache-Control no-store`;
}

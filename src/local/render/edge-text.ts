/** One word of HAProxy's configuration. Nothing is special between single quotes. https://docs.haproxy.org/2.6/configuration.html#2.2 */
export const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A line of a section. */
export const line = (text: string): string => `  ${text}\n`;

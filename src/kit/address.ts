/** A block of IP addresses as a number and the length of its prefix. */
export interface Network {
  readonly version: 4 | 6;
  /** May have bits set after the prefix; see `networkOf`. */
  readonly bits: bigint;
  readonly prefix: number;
}

/** An address or CIDR block; an address alone is a block of one. Undefined when the text is neither. */
export function parseNetwork(text: string): Network | undefined {
  const [address = "", length, ...more] = text.split("/");
  const bits4 = parseIpv4(address);
  const bits = bits4 ?? parseIpv6(address);
  const version = bits4 === undefined ? 6 : 4;
  const width = version === 4 ? 32 : 128;
  if (bits === undefined || more.length > 0 || (length !== undefined && !/^(0|[1-9]\d{0,2})$/.test(length))) return undefined;
  const prefix = length === undefined ? width : Number(length);
  return prefix <= width ? { version, bits, prefix } : undefined;
}

/** The same block without the bits after its prefix. */
export function networkOf({ version, bits, prefix }: Network): Network {
  const rest = BigInt((version === 4 ? 32 : 128) - prefix);
  return { version, bits: (bits >> rest) << rest, prefix };
}

/** The block that is `index` places into another one, cut into blocks of this prefix. */
export function blockWithin({ version, bits, prefix }: Network, inner: number, index: number): Network {
  if (inner < prefix || index < 0 || index >= 2 ** (inner - prefix)) throw new RangeError(`a /${prefix} has no /${inner} number ${index}`);
  return { version, bits: bits + (BigInt(index) << BigInt((version === 4 ? 32 : 128) - inner)), prefix: inner };
}

/** Whether all of the inner block's addresses are in the outer one. */
export function contains(outer: Network, inner: Network): boolean {
  return outer.version === inner.version && outer.prefix <= inner.prefix
    && networkOf({ ...inner, prefix: outer.prefix }).bits === networkOf(outer).bits;
}

/** `203.0.113.0/24`, `2001:db8::/32`: always with its prefix, IPv6 as RFC 5952 writes it. */
export function networkText({ version, bits, prefix }: Network): string {
  return `${version === 4 ? ipv4Text(bits) : ipv6Text(bits)}/${prefix}`;
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split(".");
  const good = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
  return good ? parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n) : undefined;
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [before, after] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const written = [...(before ?? []), ...(after ?? [])];
  const missing = 8 - written.length;
  if (!written.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) || (after === undefined ? missing !== 0 : missing < 1)) return undefined;
  const groups = [...(before ?? []), ...Array<string>(missing).fill("0"), ...(after ?? [])];
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

const ipv4Text = (bits: bigint): string => [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join(".");

function ipv6Text(bits: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((bits >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  const zeros = groups.map((_, index) => groups.slice(index).findIndex((group) => group !== "0")).map((run, index) => (run < 0 ? 8 - index : run));
  const longest = Math.max(...zeros);
  const start = zeros.indexOf(longest);
  if (longest < 2) return groups.join(":");
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + longest).join(":")}`;
}

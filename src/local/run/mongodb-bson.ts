/** A value of a command or an answer. Other kinds of BSON are read past and not understood: null. */
export type BsonValue = string | number | boolean | bigint | null | Date | Uint8Array | readonly BsonValue[] | BsonDocument;

export interface BsonDocument {
  readonly [name: string]: BsonValue;
}

/** Types of https://bsonspec.org/spec.html */
const DOUBLE = 0x01;
const STRING = 0x02;
const DOCUMENT = 0x03;
const ARRAY = 0x04;
const BINARY = 0x05;
const BOOLEAN = 0x08;
const DATE = 0x09;
const NULL = 0x0a;
const INT32 = 0x10;
const INT64 = 0x12;

/** A document as it goes over the wire: whole numbers as 32 bits where they fit. */
export function encodeBson(document: BsonDocument): Buffer {
  const body = Buffer.concat(Object.entries(document).map(([name, value]) => encodeElement(name, value)));
  return Buffer.concat([int32(body.length + 5), body, Buffer.of(0)]);
}

function encodeElement(name: string, value: BsonValue): Buffer {
  const [type, bytes] = encodeValue(value);
  return Buffer.concat([Buffer.of(type), Buffer.from(`${name}\0`), bytes]);
}

function encodeValue(value: BsonValue): readonly [type: number, bytes: Uint8Array] {
  if (value === null) return [NULL, Buffer.alloc(0)];
  if (typeof value === "boolean") return [BOOLEAN, Buffer.of(value ? 1 : 0)];
  if (typeof value === "bigint") return [INT64, wide((bytes) => bytes.writeBigInt64LE(value))];
  if (typeof value === "number") return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? [INT32, int32(value)] : [DOUBLE, wide((bytes) => bytes.writeDoubleLE(value))];
  if (typeof value === "string") return [STRING, Buffer.concat([int32(Buffer.byteLength(value) + 1), Buffer.from(`${value}\0`)])];
  if (value instanceof Date) return [DATE, wide((bytes) => bytes.writeBigInt64LE(BigInt(value.getTime())))];
  if (value instanceof Uint8Array) return [BINARY, Buffer.concat([int32(value.length), Buffer.of(0), value])];
  return isArray(value) ? [ARRAY, encodeBson(Object.fromEntries(value.entries()))] : [DOCUMENT, encodeBson(value)];
}

/** Array.isArray does not tell a readonly array from a document. */
const isArray = (value: readonly BsonValue[] | BsonDocument): value is readonly BsonValue[] => Array.isArray(value);

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function wide(write: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(8);
  write(bytes);
  return bytes;
}

/** Reads a document. Throws a RangeError on one that is cut short. */
export function decodeBson(bytes: Buffer): BsonDocument {
  const found: Record<string, BsonValue> = {};
  for (let at = 4; bytes.readUInt8(at) !== 0; ) {
    const end = bytes.indexOf(0, at + 1);
    const [value, size] = decodeValue(bytes.readUInt8(at), bytes.subarray(end + 1));
    found[bytes.toString("utf8", at + 1, end)] = value;
    at = end + 1 + size;
  }
  return found;
}

/** Sizes of values that are not understood, by type; those with a length before them are 4 bytes and that. */
const FIXED: Readonly<Record<number, number>> = { 0x06: 0, 0x07: 12, 0x11: 8, 0x13: 16, 0x7f: 0, 0xff: 0 };

function decodeValue(type: number, bytes: Buffer): readonly [value: BsonValue, size: number] {
  if (type === NULL) return [null, 0];
  if (type === BOOLEAN) return [bytes.readUInt8(0) === 1, 1];
  if (type === DOUBLE) return [bytes.readDoubleLE(0), 8];
  if (type === INT32) return [bytes.readInt32LE(0), 4];
  if (type === INT64) return [bytes.readBigInt64LE(0), 8];
  if (type === DATE) return [new Date(Number(bytes.readBigInt64LE(0))), 8];
  const fixed = FIXED[type];
  if (fixed !== undefined) return [null, fixed];
  if (type === 0x0b) return [null, bytes.indexOf(0, bytes.indexOf(0) + 1) + 1];
  const length = bytes.readInt32LE(0);
  if (type === DOCUMENT) return [decodeBson(bytes.subarray(0, length)), length];
  if (type === ARRAY) return [Object.values(decodeBson(bytes.subarray(0, length))), length];
  if (type === STRING) return [bytes.toString("utf8", 4, 3 + length), 4 + length];
  if (type === BINARY) return [bytes.subarray(5, 5 + length), 5 + length];
  return [null, type === 0x0f ? length : 4 + length];
}

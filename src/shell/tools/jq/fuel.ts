/**
 * Gives a WebAssembly module fuel: every call and every turn of a loop takes one unit, and without fuel the module traps. A filter like
 * `def f: f; f` would otherwise hold the page for ever.
 *
 * Reads a module of the first WebAssembly release (what Emscripten 1.39 writes); writes the same module with one more global,
 * exported as `FUEL`. Throws on an instruction that it does not know.
 */

export const FUEL = 'fuel';

const [GLOBALS, EXPORTS, CODE] = [6, 7, 10] as const;

class Reader {
  readonly bytes: Uint8Array;
  at: number;
  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }
  byte(): number {
    return this.bytes[this.at++]!;
  }
  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }
  skipLeb(): void {
    while (this.byte() >= 0x80);
  }
}

function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest >= 0x80 ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

/** Steps over what follows an opcode. */
function skipImmediates(code: number, reader: Reader): void {
  if (code >= 0x02 && code <= 0x04) reader.at += 1;
  else if (code === 0x0e) {
    for (let left = reader.unsigned() + 1; left > 0; left--) reader.skipLeb();
  } else if (code === 0x11 || (code >= 0x28 && code <= 0x3e)) {
    reader.skipLeb();
    reader.skipLeb();
  } else if (code === 0x3f || code === 0x40) reader.at += 1;
  else if (code === 0x43) reader.at += 4;
  else if (code === 0x44) reader.at += 8;
  else if ([0x0c, 0x0d, 0x10, 0x41, 0x42].includes(code) || (code >= 0x20 && code <= 0x24)) reader.skipLeb();
  else if (
    !(
      code <= 0x01 ||
      code === 0x05 ||
      code === 0x0b ||
      code === 0x0f ||
      code === 0x1a ||
      code === 0x1b ||
      (code >= 0x45 && code <= 0xc4)
    )
  )
    throw new Error(`unknown instruction ${code.toString(16)}`);
}

/** `if (--fuel == 0) trap` */
function toll(global: number): readonly number[] {
  const index = leb(global);
  return [0x23, ...index, 0x41, 1, 0x6b, 0x24, ...index, 0x23, ...index, 0x45, 0x04, 0x40, 0x00, 0x0b];
}

/** One function's body, with the toll at its head and at that of each loop. */
function metered(body: Uint8Array, charge: Uint8Array): readonly Uint8Array[] {
  const reader = new Reader(body);
  for (let groups = reader.unsigned(); groups > 0; groups--) {
    reader.skipLeb();
    reader.at += 1;
  }
  const pieces: Uint8Array[] = [body.subarray(0, reader.at), charge];
  let from = reader.at;
  while (reader.at < body.length) {
    const code = reader.byte();
    skipImmediates(code, reader);
    if (code !== 0x03) continue;
    pieces.push(body.subarray(from, reader.at), charge);
    from = reader.at;
  }
  pieces.push(body.subarray(from));
  return pieces;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** A vector with one entry more. */
function extended(section: Uint8Array, entry: readonly number[]): { readonly count: number; readonly bytes: Uint8Array } {
  const reader = new Reader(section);
  const count = reader.unsigned();
  return { count, bytes: joined([Uint8Array.from(leb(count + 1)), section.subarray(reader.at), Uint8Array.from(entry)]) };
}

function meteredCode(section: Uint8Array, global: number): Uint8Array {
  const charge = Uint8Array.from(toll(global));
  const reader = new Reader(section);
  const count = reader.unsigned();
  const pieces: Uint8Array[] = [Uint8Array.from(leb(count))];
  for (let left = count; left > 0; left--) {
    const size = reader.unsigned();
    const body = metered(section.subarray(reader.at, reader.at + size), charge);
    pieces.push(Uint8Array.from(leb(body.reduce((sum, { length }) => sum + length, 0))), ...body);
    reader.at += size;
  }
  return joined(pieces);
}

/** @returns the module with fuel, none of it given yet */
export function withFuel(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const reader = new Reader(module, 8);
  const pieces: Uint8Array[] = [module.subarray(0, 8)];
  let global = 0;
  while (reader.at < module.length) {
    const id = reader.byte();
    const size = reader.unsigned();
    let section: Uint8Array = module.subarray(reader.at, reader.at + size);
    reader.at += size;
    if (id === GLOBALS) {
      const more = extended(section, [0x7f, 0x01, 0x41, 0x00, 0x0b]);
      global = more.count;
      section = more.bytes;
    } else if (id === EXPORTS) {
      const name = new TextEncoder().encode(FUEL);
      section = extended(section, [name.length, ...name, 0x03, ...leb(global)]).bytes;
    } else if (id === CODE) section = meteredCode(section, global);
    pieces.push(Uint8Array.of(id, ...leb(section.length)), section);
  }
  return joined(pieces);
}

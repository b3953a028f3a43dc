/**
 * A JSON header followed by named arrays: { magic, header bytes u32, header, padding, arrays }, little-endian, arrays aligned to 8 bytes.
 */
const MAGIC = new TextEncoder().encode('ASSAYBLK');

export type BlockArray = Uint8Array | Int32Array | Uint32Array | Float32Array | Float64Array;
export type BlockConstructor<A extends BlockArray> = { new(buffer: ArrayBuffer): A };
interface Entry { readonly start: number; readonly bytes: number }
interface Stored { readonly header: unknown; readonly blocks: Readonly<Record<string, Entry>> }

export interface BlockFile {
  readonly header: unknown;
  /** a copy of a named array; an absent one throws, as the writer is the same code */
  block<A extends BlockArray>(name: string, type: BlockConstructor<A>): A;
}

const aligned = (at: number): number => Math.ceil(at / 8) * 8;

export function writeBlocks(header: unknown, blocks: Readonly<Record<string, BlockArray>>): Uint8Array {
  const entries: Record<string, Entry> = {};
  let end = 0;
  for (const [name, block] of Object.entries(blocks)) {
    entries[name] = { start: end, bytes: block.byteLength };
    end = aligned(end + block.byteLength);
  }
  const text = new TextEncoder().encode(JSON.stringify({ header, blocks: entries } satisfies Stored));
  const start = aligned(MAGIC.length + 4 + text.length);
  const file = new Uint8Array(start + end);
  file.set(MAGIC);
  new DataView(file.buffer).setUint32(MAGIC.length, text.length, true);
  file.set(text, MAGIC.length + 4);
  for (const [name, block] of Object.entries(blocks)) {
    file.set(new Uint8Array(block.buffer, block.byteOffset, block.byteLength), start + entries[name]!.start);
  }
  return file;
}

/** Reads what `writeBlocks` wrote; null when these bytes are something else or are cut short. */
export function readBlocks(bytes: Uint8Array): BlockFile | null {
  const file = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength); // slices of a Buffer would be no copies
  const headerStart = MAGIC.length + 4;
  if (file.length < headerStart || !MAGIC.every((byte, i) => file[i] === byte)) return null;
  const length = new DataView(file.buffer, file.byteOffset).getUint32(MAGIC.length, true);
  if (file.length < headerStart + length) return null;
  const stored = parse(new TextDecoder().decode(file.slice(headerStart, headerStart + length)));
  if (!stored) return null;
  const { header, blocks } = stored;
  const start = aligned(headerStart + length);
  if (Object.values(blocks).some((entry) => start + entry.start + entry.bytes > file.length)) return null;
  return {
    header,
    block: (name, type) => {
      const entry = blocks[name];
      if (!entry) throw new Error(`block file has no array ${name}`);
      return new type(file.slice(start + entry.start, start + entry.start + entry.bytes).buffer as ArrayBuffer);
    },
  };
}

function parse(text: string): Stored | null {
  try {
    return JSON.parse(text) as Stored;
  } catch {
    return null;
  }
}

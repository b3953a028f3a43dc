const VARINT = 0;
const BYTES = 2;

const asBytes = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** A protobuf message being written, field by field; the wire format of ONNX files. */
export class Message {
  private readonly parts: Uint8Array[] = [];
  private size = 0;

  /** A number of 0 or more below 2^53. */
  integer(field: number, value: number): this {
    return this.append(varint(field * 8 + VARINT)).append(varint(value));
  }

  bytes(field: number, value: ArrayBufferView): this {
    return this.append(varint(field * 8 + BYTES)).append(varint(value.byteLength)).append(asBytes(value));
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: Message): this {
    this.append(varint(field * 8 + BYTES)).append(varint(value.size));
    for (const part of value.parts) this.append(part);
    return this;
  }

  finish(): Uint8Array {
    const all = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  private append(part: Uint8Array): this {
    this.parts.push(part);
    this.size += part.length;
    return this;
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.of(...bytes, rest);
}

import { Message } from './message.js';

/** Numbers of onnx.proto's TensorProto.DataType. */
export const tensorTypes = { float: 1, uint8: 2, int32: 6, int64: 7, bool: 9, double: 11 } as const;
export type TensorType = keyof typeof tensorTypes;

export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;
/** An attribute: an integer, or a list of them. */
export type Attribute = number | readonly number[];
/** The name of a tensor in the graph. */
export type Value = string;

/** Read by every ONNX Runtime since 1.12. */
const IR_VERSION = 8;
const OPSET = 17;

const INT = 2;
const INTS = 7;

/**
 * An ONNX graph being built: nodes in the order in which they are added, of the default operator set alone.
 * Field numbers are those of onnx.proto. Arrays of typed arrays must be little-endian, as all machines that Node runs on are.
 */
export class OnnxGraph {
  private readonly nodes: Message[] = [];
  private readonly constants: Message[] = [];
  private readonly inputs: Message[] = [];
  private readonly outputs: Message[] = [];
  private names = 0;

  constructor(private readonly name: string) {}

  /** @param shape numbers, or names of dimensions that vary */
  input(name: string, type: TensorType, shape: readonly (number | string)[]): Value {
    this.inputs.push(valueInfo(name, type, shape));
    return name;
  }

  output(name: string, value: Value, type: TensorType, shape: readonly (number | string)[]): void {
    this.nodes.push(nodeOf('Identity', [value], name, {}));
    this.outputs.push(valueInfo(name, type, shape));
  }

  constant(data: TensorData, shape: readonly number[] = [data.length]): Value {
    const name = this.fresh();
    const tensor = new Message();
    for (const size of shape) tensor.integer(1, size);
    this.constants.push(tensor.integer(2, tensorTypes[typeOf(data)]).text(8, name).bytes(9, data));
    return name;
  }

  scalar(value: number): Value {
    return this.constant(Float64Array.of(value), []);
  }

  /** A list of axes or sizes. */
  sizes(...values: number[]): Value {
    return this.constant(BigInt64Array.from(values, BigInt));
  }

  /** Adds a node of one output. */
  op(type: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
    const output = this.fresh();
    this.nodes.push(nodeOf(type, inputs, output, attributes));
    return output;
  }

  cast(value: Value, type: TensorType): Value {
    return this.op('Cast', [value], { to: tensorTypes[type] });
  }

  /** @param metadata read by `onnxruntime` as the model's properties */
  encode(producer: { readonly name: string; readonly version: string }, metadata: Readonly<Record<string, string>>): Uint8Array {
    const graph = new Message();
    for (const node of this.nodes) graph.message(1, node);
    graph.text(2, this.name);
    for (const constant of this.constants) graph.message(5, constant);
    for (const input of this.inputs) graph.message(11, input);
    for (const output of this.outputs) graph.message(12, output);
    const model = new Message().integer(1, IR_VERSION).text(2, producer.name).text(3, producer.version).message(7, graph)
      .message(8, new Message().text(1, '').integer(2, OPSET));
    for (const [key, value] of Object.entries(metadata)) model.message(14, new Message().text(1, key).text(2, value));
    return model.finish();
  }

  private fresh(): Value {
    return `v${this.names++}`;
  }
}

function typeOf(data: TensorData): TensorType {
  if (data instanceof Float64Array) return 'double';
  if (data instanceof Float32Array) return 'float';
  if (data instanceof Int32Array) return 'int32';
  return data instanceof Uint8Array ? 'uint8' : 'int64';
}

function nodeOf(type: string, inputs: readonly Value[], output: Value, attributes: Readonly<Record<string, Attribute>>): Message {
  const node = new Message();
  for (const input of inputs) node.text(1, input);
  node.text(2, output).text(4, type);
  for (const [name, value] of Object.entries(attributes)) node.message(5, attributeOf(name, value));
  return node;
}

function attributeOf(name: string, value: Attribute): Message {
  const attribute = new Message().text(1, name);
  if (typeof value === 'number') return attribute.integer(3, value).integer(20, INT);
  for (const item of value) attribute.integer(8, item);
  return attribute.integer(20, INTS);
}

function valueInfo(name: string, type: TensorType, dimensions: readonly (number | string)[]): Message {
  const shape = new Message();
  for (const size of dimensions) shape.message(1, typeof size === 'number' ? new Message().integer(1, size) : new Message().text(2, size));
  return new Message().text(1, name).message(2, new Message().message(1, new Message().integer(1, tensorTypes[type]).message(2, shape)));
}

import { DataError } from '../../warehouse/warehouse.js';

/** A model in an ONNX runtime. */
export interface OnnxSession {
  readonly version: string;
  /** outputs by name, shape (units); @param columns  one a feature, @param chunk  units at a time */
  score(columns: readonly Float64Array[], chunk: number): Promise<Readonly<Record<string, Float64Array>>>;
  close(): Promise<void>;
}

/** Opens a model in onnxruntime-node, which is loaded here and nowhere before. @throws DataError where it is not installed or has no binary for this machine */
export async function openOnnx(model: Uint8Array): Promise<OnnxSession> {
  const runtime = await import('onnxruntime-node').catch((error: Error) => {
    throw new DataError(`onnxruntime-node cannot be loaded here (${error.message.split('\n')[0]}): install it with npm, on a platform that it has a binary for`);
  });
  const session = await runtime.InferenceSession.create(model, { logSeverityLevel: 3 });
  return {
    version: `onnxruntime-node ${runtime.env.versions.node ?? ''}`.trim(),
    async score(columns, chunk) {
      const n = columns[0]!.length;
      const whole: Record<string, Float64Array> = Object.fromEntries(session.outputNames.map((name) => [name, new Float64Array(n)]));
      for (let from = 0; from < n; from += chunk) {
        const rows = Math.min(chunk, n - from);
        const x = Float64Array.from({ length: rows * columns.length }, (_, i) => columns[i % columns.length]![from + Math.floor(i / columns.length)]!);
        const answer = await session.run({ X: new runtime.Tensor('float64', x, [rows, columns.length]) });
        for (const [name, { data }] of Object.entries(answer)) whole[name]!.set(data as Float64Array, from);
      }
      return whole;
    },
    close: () => session.release(),
  };
}

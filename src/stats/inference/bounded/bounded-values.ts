import { refuse, type Refusal } from '../../refusal.js';

/** Values known beforehand to lie in an interval, in the order in which they came. */
export interface Bounded {
  readonly values: Float64Array;
  /** smallest value that is possible, in units of the metric */
  readonly lowest: number;
  readonly highest: number;
}

interface Unit {
  /** in [0, 1] */
  readonly values: Float64Array;
  /** from [0, 1] to units of the metric */
  readonly back: (value: number) => number;
}

/** Maps the interval to [0, 1]; refuses when a value lies outside it, for then nothing that follows would hold. */
export function scaledToUnit({ values, lowest, highest }: Bounded, method: string): Unit | Refusal {
  const width = highest - lowest;
  if (values.length < 1) return refuse('too_few_units', `${method} needs at least 1 unit`, 'Collect units first.');
  if (!(width > 0) || !Number.isFinite(width)) return refuse('unsupported_combination', `${method} needs bounds with lowest < highest; got ${lowest} and ${highest}`, 'Give the bounds that the metric cannot pass, such as its cap.');
  const scaled = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= lowest && value <= highest)) return refuse('unsupported_combination', `${method} needs values in [${lowest}, ${highest}]; unit ${i} has ${value}`, 'Cap the metric at the bounds, or give the bounds that it cannot pass.');
    scaled[i] = Math.min(1, Math.max(0, (value - lowest) / width));
  }
  return { values: scaled, back: (value) => lowest + width * value };
}

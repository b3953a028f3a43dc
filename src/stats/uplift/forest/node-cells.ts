import type { FeatureCounts } from './best-split.js';
import type { UpliftRows } from './uplift-forest.js';

/** Nodes below these sizes look at every 8th and every 4th cut, as long as about this many are left. */
const COARSENINGS = [[1024, 3], [8192, 2]] as const;
const LEAST_CUTS = 31;
/** Below this many units, rows of bins are read once for all features: columns would be read a cache line a unit. */
const FEW_UNITS = 4096;

/** Counts units of nodes by feature, bin and cell; what it gives is valid until the next node. */
export interface CellCounter {
  /** @param features the first `mtry` are counted */
  of(units: Int32Array, features: Int32Array): Iterable<FeatureCounts>;
}

export function cellCounter({ binned, columns, codes, arms }: UpliftRows, mtry: number): CellCounter {
  const bits = Math.ceil(Math.log2(2 * arms));
  const size = 256 << bits;
  const cells = new Int32Array(mtry * size);
  const coarsenings = new Uint8Array(mtry);

  const describe = (feature: number, place: number): FeatureCounts => {
    const coarsening = coarsenings[place]!;
    return { feature, cells: cells.subarray(place * size, (place + 1) * size), stride: 1 << bits, highest: binned.highestBin[feature]! >> coarsening, coarsening, hasMissing: binned.hasMissing[feature] === 1 };
  };
  return {
    of(units, features) {
      for (let place = 0; place < mtry; place++) {
        const feature = features[place]!;
        coarsenings[place] = binned.categorical[feature] === 1 ? 0 : coarseningOf(units.length, binned.highestBin[feature]!);
        cells.fill(0, place * size, place * size + (((binned.highestBin[feature]! >> coarsenings[place]!) + 1) << bits));
      }
      if (units.length < FEW_UNITS) byRow(units, features);
      else for (let place = 0; place < mtry; place++) byColumn(units, columns[features[place]!]!, place);
      return Array.from({ length: mtry }, (_, place) => describe(features[place]!, place));
    },
  };

  function byColumn(units: Int32Array, column: Uint8Array, place: number): void {
    const own = cells.subarray(place * size, (place + 1) * size);
    const coarsening = coarsenings[place]!;
    for (let i = 0; i < units.length; i++) {
      const unit = units[i]!;
      own[((column[unit]! >> coarsening) << bits) | codes[unit]!]!++;
    }
  }

  function byRow(units: Int32Array, features: Int32Array): void {
    const { bins, features: width } = binned;
    for (let i = 0; i < units.length; i++) {
      const unit = units[i]!;
      const at = unit * width;
      const code = codes[unit]!;
      for (let place = 0; place < mtry; place++) cells[place * size + (((bins[at + features[place]!]! >> coarsenings[place]!) << bits) | code)]!++;
    }
  }
}

function coarseningOf(units: number, highestBin: number): number {
  for (const [size, coarsening] of COARSENINGS) if (units < size && highestBin >> coarsening >= LEAST_CUTS) return coarsening;
  return 0;
}

import type { FeatureCounts } from './best-split.js';
import type { UpliftRows } from './uplift-forest.js';

/** Nodes below these sizes look at every 8th and every 4th cut, as long as about this many are left. */
const COARSENINGS = [[1024, 3], [8192, 2]] as const;
const LEAST_CUTS = 31;
/** Below this many units, rows of bins are read once for all features: columns would be read a cache line a unit. */
const FEW_UNITS = 4096;

/** Features that are counted at once: each waits for its own memory, so four wait as long as one. */
const AT_ONCE = 4;

/** Counts units of nodes by feature, bin and cell; what it gives is valid until the next node. */
export interface CellCounter {
  /** @param features the first `mtry` are counted */
  of(units: Int32Array, features: Int32Array): Iterable<FeatureCounts>;
}

export function cellCounter({ binned, columns, codes, arms }: UpliftRows, mtry: number): CellCounter {
  const bits = Math.ceil(Math.log2(2 * arms));
  const size = 256 << bits;
  // places beyond mtry fill up the last four; nobody reads them
  const places = Math.ceil(mtry / AT_ONCE) * AT_ONCE;
  const cells = new Int32Array(places * size);
  const coarsenings = new Uint8Array(places);
  const drawn = new Int32Array(places);

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
      if (units.length < FEW_UNITS) byRow(units, features.subarray(0, mtry));
      else for (let place = 0; place < mtry; place++) byColumn(units, columns[features[place]!]!, place);
      return Array.from({ length: mtry }, (_, place) => describe(features[place]!, place));
    },
  };

  function byColumn(units: Int32Array, column: Uint8Array, place: number): void {
    const own = cells.subarray(place * size, (place + 1) * size);
    const coarsening = coarsenings[place]!;
    const pairs = units.length & ~1;
    for (let i = 0; i < pairs; i += 2) {
      const a = units[i]!;
      const b = units[i + 1]!;
      own[((column[a]! >> coarsening) << bits) | codes[a]!]!++;
      own[((column[b]! >> coarsening) << bits) | codes[b]!]!++;
    }
    for (let i = pairs; i < units.length; i++) own[((column[units[i]!]! >> coarsening) << bits) | codes[units[i]!]!]!++;
  }

  function byRow(units: Int32Array, features: Int32Array): void {
    const { bins, features: width } = binned;
    drawn.set(features);
    for (let i = 0; i < units.length; i++) {
      const unit = units[i]!;
      const at = unit * width;
      let cell = codes[unit]!;
      for (let place = 0; place < places; place += AT_ONCE, cell += AT_ONCE * size) {
        const a = bins[at + drawn[place]!]! >> coarsenings[place]!;
        const b = bins[at + drawn[place + 1]!]! >> coarsenings[place + 1]!;
        const c = bins[at + drawn[place + 2]!]! >> coarsenings[place + 2]!;
        const d = bins[at + drawn[place + 3]!]! >> coarsenings[place + 3]!;
        cells[cell + (a << bits)]!++;
        cells[cell + size + (b << bits)]!++;
        cells[cell + 2 * size + (c << bits)]!++;
        cells[cell + 3 * size + (d << bits)]!++;
      }
    }
  }
}

function coarseningOf(units: number, highestBin: number): number {
  for (const [size, coarsening] of COARSENINGS) if (units < size && highestBin >> coarsening >= LEAST_CUTS) return coarsening;
  return 0;
}

import { stream } from '../numeric/random.js';
import type { Binning } from './binning.js';

const PROBES_STREAM = 0x70726f62;
const MISSING_SHARE = 0.15;

/**
 * Units that try a binning where two scorers could differ: values on cuts, one rounding step beside them, between and beyond; missing ones;
 * levels that it has and others. The same for the same binning. One column a feature, shape (units).
 */
export function probeUnits(binning: Binning, units: number): Float64Array[] {
  return binning.cuts.map((cuts, feature) => {
    const random = stream(PROBES_STREAM, feature);
    const levels = binning.levels[feature];
    return Float64Array.from({ length: units }, () => {
      if (random.uniform() < MISSING_SHARE) return NaN;
      if (levels) return random.integer(levels.length + 1) === levels.length ? (levels.at(-1) ?? 0) + 1 : levels[random.integer(levels.length)]!;
      if (cuts.length === 0) return random.normal();
      const cut = cuts[random.integer(cuts.length)]!;
      const next = cuts[Math.min(cuts.length - 1, cuts.indexOf(cut) + 1)]!;
      return [cut, cut * (1 + 2 ** -52), cut * (1 - 2 ** -53), (cut + next) / 2, cuts[0]! - 1, cuts.at(-1)! + 1][random.integer(6)]!;
    });
  });
}

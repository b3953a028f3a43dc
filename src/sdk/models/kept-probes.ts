import { boostedBinning } from '../../compute/onnx/boosted-tables.js';
import { probeUnits } from '../../stats/forest/probe-units.js';
import type { Binning } from '../../stats/forest/binning.js';
import type { KeptLearner } from '../../stats/learners/kept/kept.js';

/** Probes of each learner in turn: their cuts and levels differ. One column a feature, shape (units). @param features those of the model; a learner may have the treatment after them */
export function keptProbes(parts: readonly KeptLearner[], features: number, units: number): Float64Array[] {
  const each = parts.map((kept) => probeUnits(binningOf(kept, features), units));
  return Array.from({ length: features }, (_, feature) => Float64Array.from({ length: units }, (__, unit) => each[unit % each.length]![feature]![unit]!));
}

/** A linear model has levels and no cuts: its numbers are tried at random. */
function binningOf(kept: KeptLearner, features: number): Binning {
  switch (kept.family) {
    case 'boosting': return boostedBinning(kept.bins);
    case 'forest': return kept.binning;
    case 'linear': {
      const none = Array.from({ length: features }, () => new Float64Array(0));
      return { cuts: none, hasMissing: new Uint8Array(features), levels: none.map((_, feature) => { const codes = kept.encoding.levels.get(feature); return codes ? Float64Array.from(codes) : null; }) };
    }
  }
}

import { localScorer, type LocalCorrection } from '../../stats/forest/local-linear-effects.js';
import { probeUnits } from '../../stats/forest/probe-units.js';
import type { ScoringForest } from '../../stats/forest/scoring-forest.js';
import { isRefusal, refuse, type Refusal } from '../../stats/refusal.js';
import type { EffectScorer } from './kind.js';
import { saveScoringForest } from './scoring-file.js';

/** A causal forest whose effects are corrected by regressions among the rows that it learned from. Holds two bytes a row and tree. */
export function correctedScorer(forest: ScoringForest, correction: LocalCorrection): EffectScorer | Refusal {
  const effects = localScorer(forest, correction);
  if (isRefusal(effects)) return effects;
  const named = (column: (feature: number) => Float64Array) => Object.fromEntries(forest.features.map((name, j) => [name, column(j)]));
  return {
    features: forest.features,
    output: 'cate',
    hasVariance: true,
    withoutScore: 'the treatment does not vary among units like them',
    async score(columns, scoring) {
      scoring?.signal?.throwIfAborted();
      return effects(named((j) => columns[j]!));
    },
    scoreRow(values) {
      const found = effects(named((j) => Float64Array.of(values[j]!)));
      if (isRefusal(found)) return found;
      return found.isIdentified[0] === 1 ? { cate: found.estimates[0]!, variance: found.variances[0]! } : null;
    },
    probes: (units) => probeUnits(forest.binning, units),
    graph: () => refuse('unsupported_combination', 'a causal forest with a local linear correction reads the rows that it learned from, which an ONNX model does not hold', 'Train without localLinear for an ONNX form.'),
    save: () => saveScoringForest(forest, correction),
  };
}

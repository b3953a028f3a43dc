import { bindInference } from '../stats/claims/bind-inference.js';
import { riskAwareDecision, riskAwareSchema, type RiskAwareMetric } from '../stats/claims/risk-aware.js';
import type { Effect } from '../stats/effects/effect.js';
import { searchSegments, type Candidate } from '../stats/heterogeneity/segment-search.js';
import { confidenceSequence } from '../stats/inference/confidence-sequence.js';
import { fixed } from '../stats/inference/fixed.js';
import type { RandomStream } from '../stats/numeric/random.js';
import { answered } from '../stats/simulate/two-arm-truth.js';
import { ALPHA, REPLICATES, type Row } from './row.js';

const SEGMENTS = 60;
const FDR = 0.1;
const nothing = Array.from({ length: SEGMENTS }, () => 0);
const planted = nothing.map((_, i) => (i < 3 ? 4 : 0));

/** Candidates that overlap as segments do: neighbours share half of their noise. Differences in standard errors. */
function candidatesOf(random: RandomStream, differences: readonly number[]): Candidate[] {
  const noise = [0, 1].map(() => Array.from({ length: differences.length + 1 }, () => random.normal() / Math.SQRT2));
  return differences.map((difference, i) => {
    const half = (h: 0 | 1) => ({ estimate: difference + noise[h]![i]! + noise[h]![i + 1]!, standardError: 1 });
    return { halves: [half(0), half(1)] as const };
  });
}

const searchRow: Row = {
  group: 'multiplicity', name: `search for segments: ${SEGMENTS} that overlap, in two halves`, replicates: REPLICATES, brief: 20, covers: ['search:segments'],
  prepare: () => ({
    figures: ['none differs: any is found', 'three differ: false among those found', 'three differ: intervals that miss among those found'].map((name) => ({ name, least: null, most: FDR })),
    replicate(random) {
      const found = (differences: readonly number[]) => searchSegments(candidatesOf(random, differences), { fdr: FDR, handed: 10 }).segments.filter(({ isFound }) => isFound);
      const any = found(nothing).length > 0;
      const some = found(planted);
      const share = (is: (segment: (typeof some)[number]) => boolean): number => some.filter(is).length / Math.max(1, some.length);
      return [Number(any), share(({ candidate }) => planted[candidate] === 0), share(({ candidate, interval }) => planted[candidate]! < interval.lower || planted[candidate]! > interval.upper)];
    },
  }),
};

/** Half of alpha, and three binomial errors of it over the replicates. */
const FALSE_SHIP = ALPHA / 2 + 3 * Math.sqrt((ALPHA / 2) * (1 - ALPHA / 2) / REPLICATES);
const MARGIN = 6;
const RULE = riskAwareSchema.parse({ match: 'any', alpha: ALPHA });
const METHODS = [
  { words: 'fixed horizon', inference: bindInference(fixed, {}), least: 0.02 },
  { words: 'one-sided confidence sequences, one look', inference: bindInference(confidenceSequence, { tuningUnits: 1000, designAlpha: ALPHA / 2 }), least: null },
];

/** Two goals and two guardrails in standard errors; a guardrail that truly loses its whole margin must stop the ship whatever the goals do. */
const ruleRow: Row = {
  group: 'multiplicity', name: 'risk-aware rule: any of 2 goals, 2 guardrails', replicates: REPLICATES, brief: 100, covers: ['rule:risk_aware'],
  prepare: () => ({
    figures: METHODS.flatMap(({ words, least }) => ['no goal is better: false ship', 'a guardrail loses its margin: false ship'].map((name) => ({ name: `${words}, ${name}`, least, most: FALSE_SHIP }))),
    replicate(random) {
      const errors = Array.from({ length: 4 }, () => random.normal());
      const metrics = (truths: readonly number[]): RiskAwareMetric[] => truths.map((truth, i) => {
        const effect: Effect = { estimate: truth + errors[i]!, standardError: 1, degreesOfFreedom: null, n: 1000 };
        return { name: `m${i}`, better: 'increase', effect, ...(i < 2 ? { role: 'goal' as const } : { role: 'guardrail' as const, margin: MARGIN }) };
      });
      return METHODS.flatMap(({ inference }) => [[0, 0, 0, 0], [MARGIN, MARGIN, -MARGIN, 0]]
        .map((truths) => Number(answered(riskAwareDecision(metrics(truths), RULE, inference)).verdict === 'ship')));
    },
  }),
};

/** Decisions that join many tests. */
export const decisionRows: readonly Row[] = [searchRow, ruleRow];

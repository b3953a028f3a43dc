import { sharedForestEngine } from '../../compute/shared-forest-engine.js';
import { bagErrors } from '../../stats/forest/bag-variance.js';
import type { Binning } from '../../stats/forest/binning.js';
import { readBlocks, writeBlocks, type BlockArray } from '../../stats/forest/block-file.js';
import { withArrays, withoutArrays } from '../../stats/forest/forest-file.js';
import { effectsEquation, instrumentedEquation, ratioEquation, type MomentEquation } from '../../stats/forest/moment-equations.js';
import { binsOfColumns } from '../../stats/forest/moment-prediction.js';
import { concatenate, type PackedTrees } from '../../stats/forest/packed-trees.js';
import { probeUnits } from '../../stats/forest/probe-units.js';
import { momentRowScorer } from '../../stats/forest/row-scorer.js';
import { isRefusal, refuse, type Refusal } from '../../stats/refusal.js';
import type { EffectScorer } from './kind.js';
import { onnxKinds } from './spec.js';

/** A forest whose effects solve moment equations, as far as predictions need it: nothing of the rows that it was grown from. */
export interface MomentForest {
  readonly family: 'instrumental' | 'causal_survival' | 'multi_arm';
  readonly features: readonly string[];
  readonly binning: Binning;
  readonly trees: PackedTrees;
  /** units of the effect in one standardised unit */
  readonly scale: number;
  /** arms beside the control, and which of them is scored, from 0 */
  readonly treatments: number;
  readonly contrast: number;
}

const WORDS = { instrumental: 'an instrumental forest', causal_survival: 'a causal survival forest', multi_arm: 'a multi-arm forest' } as const;
const WITHOUT = {
  instrumental: 'the instrument does not move the treatment of units like them', causal_survival: 'the treatment does not vary among units like them', multi_arm: 'the arms do not vary among units like them',
} as const;

function equationOf({ family, treatments, contrast }: MomentForest): MomentEquation {
  if (family === 'instrumental') return instrumentedEquation;
  if (family === 'causal_survival') return ratioEquation;
  const all = effectsEquation(treatments, 1);
  return (...sums) => { const effects = all(...sums); return effects && [effects[contrast]!]; };
}

export function momentScorer(forest: MomentForest): EffectScorer {
  const equation = equationOf(forest);
  const { features, trees, scale, family } = forest;
  let row: ReturnType<typeof momentRowScorer> | undefined; // it holds the trees a second time
  return {
    features, output: 'cate', hasVariance: true, withoutScore: WITHOUT[family],
    async score(columns, options) {
      const bins = binsOfColumns(forest, Object.fromEntries(features.map((name, j) => [name, columns[j]!])));
      if (isRefusal(bins)) return bins;
      const moments = await sharedForestEngine.moments(trees, bins, features.length, options);
      if (isRefusal(moments)) return moments;
      const units = moments.bags.length;
      const scores = { estimates: new Float64Array(units), variances: new Float64Array(units), isIdentified: new Uint8Array(units) };
      for (let unit = 0; unit < units; unit++) {
        const [solved] = equation(moments.values, unit * moments.stride, trees.leafValues, 2 * moments.bags[unit]!) ?? [];
        if (!solved) continue;
        scores.isIdentified[unit] = 1;
        scores.estimates[unit] = solved.estimate * scale;
        scores.variances[unit] = bagErrors(moments, unit, solved).variance * scale ** 2;
      }
      return scores;
    },
    scoreRow(values) {
      row ??= momentRowScorer(forest, equation, scale);
      const found = row(values);
      return found && { cate: found.effect, variance: found.variance };
    },
    probes: (units) => probeUnits(forest.binning, units),
    graph: () => refuse('unsupported_combination', `${WORDS[family]} has no ONNX form here`, `Score by this program, or train a kind that has one: ${onnxKinds.join(', ')}.`),
    save: () => saveMomentForest(forest),
  };
}

const FORMAT = 'assay moment forest';
const VERSION = 1;

function saveMomentForest(forest: MomentForest): Uint8Array {
  const blocks: Record<string, BlockArray> = {};
  const whole = { ...forest, trees: { ...forest.trees, segments: [concatenate(forest.trees.segments)] } };
  return writeBlocks({ format: FORMAT, version: VERSION, forest: withoutArrays(whole, 'forest', blocks) }, blocks);
}

/** Reads what a scorer saved. Refuses anything else, another family, and a version that this code does not know. */
export function loadMomentForest(bytes: Uint8Array, family: MomentForest['family']): MomentForest | Refusal {
  const file = readBlocks(bytes);
  const header = file?.header as { readonly format: string; readonly version: number; readonly forest: unknown } | undefined;
  if (!file || header?.format !== FORMAT) return refuse('unsupported_combination', `model.bin is cut short, or holds no forest of this kind`, 'Train the model again.');
  if (header.version !== VERSION) return refuse('unsupported_combination', `model.bin is of format ${header.version}; this version reads format ${VERSION}`, 'Train the model again.');
  const forest = withArrays(header.forest, file) as MomentForest;
  return forest.family === family ? forest : refuse('unsupported_combination', `model.bin holds ${WORDS[forest.family]}, and the card tells of ${WORDS[family]}`, 'Train the model again.');
}

import { createForestEngine } from '../compute/forest-engine.js';
import type { CausalData } from '../stats/forest/causal-forest.js';
import { linearised } from '../stats/effects/linearised.js';
import { ratioOutcome } from '../stats/effects/outcome.js';
import { targeting, type Targeting } from '../stats/heterogeneity/targeting.js';
import type { TargetingTree } from '../stats/heterogeneity/targeting-tree.js';
import type { RandomStream } from '../stats/numeric/random.js';
import { referencePolicyEngine } from '../stats/policy/policy-engine.js';
import type { PolicyValue } from '../stats/policy/policy-value.js';
import { effectSurface } from '../stats/simulate/effect-surfaces.js';
import { ratioSurface } from '../stats/simulate/ratio-surface.js';
import { answered } from '../stats/simulate/two-arm-truth.js';
import { fixed } from '../stats/inference/fixed.js';
import { ALPHA, type Row } from './row.js';

/** Rates over 500 rounds: two points either way are two binomial standard errors. */
const ROUNDS = 500;
const COVERED = { least: 0.93, most: 0.97 } as const;
const REJECTED = { least: 0.03, most: 0.07 } as const;

const UNITS = 900;
const TREES = 50;
const SEEDS = 2 ** 32;
/** Units by which the truth of a rule is known. */
const MANY = 50_000;
/** Rounds in which a rule must be drawn at last. */
const MOST_ROUNDS = 200;

type Engine = Awaited<ReturnType<typeof createForestEngine>>;

/** A rule is drawn only when the ranking is shown to be worth something: rounds are drawn until it is, so that its intervals are held to account after that choice. */
function drawnRuleRow(slope: number): Row {
  const process = effectSurface({ units: UNITS, slope });
  const { average } = process;
  return {
    group: 'causal forest', name: `value of a rule that is drawn when a ranking is significant: ${process.words}, cost ${average}`, replicates: ROUNDS, brief: 0, covers: [],
    async prepare() {
      const engine = await createForestEngine({ workers: 1 });
      return {
        figures: ['over treating nobody', 'over treating everybody', 'of treating everybody'].map((name) => ({ name: `covered: ${name}`, ...COVERED })),
        async replicate(random) {
          for (let round = 0; round < MOST_ROUNDS; round++) {
            const { tree } = await asked(engine, process.draw(random), random, average);
            if (!tree) continue;
            const everybody = effectSurface({ units: MANY, slope }).draw(random);
            const gains = everybody.x[1]!.map((b) => slope * (b - 0.5));
            const overNone = gains.reduce((sum, gain, row) => sum + (isTreated(tree, everybody, row) ? gain : 0), 0) / MANY;
            // costs are the average effect, so that all together gain nothing
            return [holds(tree.overNone, overNone), holds(tree.overAll, overNone), holds(tree.allOverNone, 0)];
          }
          throw new Error(`no rule was drawn in ${MOST_ROUNDS} rounds`);
        },
      };
    },
  };
}

function noRuleRow(): Row {
  const process = effectSurface({ units: UNITS, slope: 0 });
  return {
    group: 'causal forest', name: `a rule whom to treat, of three thirds: ${process.words}`, replicates: ROUNDS, brief: 0, covers: [],
    async prepare() {
      const engine = await createForestEngine({ workers: 1 });
      return {
        figures: [{ name: 'ranking of no worth, rejected', ...REJECTED }],
        replicate: async (random) => [Number((await asked(engine, process.draw(random), random, 0)).rate.pValue <= ALPHA)],
      };
    },
  };
}

/** Rounds are cheap: three binomial standard errors are a point and a half. */
const RATIO_ROUNDS = 2000;
const RATIO_REJECTED = { least: 0.035, most: 0.065 } as const;

/** A ratio as one number a unit, about a point that the same units give. */
function noRatioRuleRow(): Row {
  const process = ratioSurface(UNITS);
  return {
    group: 'causal forest', name: `a rule whom to treat, of a ratio: ${process.words}`, replicates: RATIO_ROUNDS, brief: 0, covers: [],
    async prepare() {
      const engine = await createForestEngine({ workers: 1 });
      return {
        figures: [{ name: 'ranking of no worth, rejected', ...RATIO_REJECTED }],
        async replicate(random) {
          const { columns, ...data } = process.draw(random);
          const y = answered(linearised(columns, data.w, ratioOutcome));
          return [Number((await asked(engine, { ...data, y }, random, 0)).rate.pValue <= ALPHA)];
        },
      };
    },
  };
}

const asked = async (engine: Engine, data: CausalData, random: RandomStream, cost: number): Promise<Targeting> => answered(await targeting(
  engine, referencePolicyEngine, data,
  { trees: TREES, seed: random.integer(SEEDS), depth: 1, cost, level: 1 - ALPHA, replicates: 100, fractions: [1], levels: [] }));

function isTreated({ nodes }: TargetingTree, { features, x }: CausalData, row: number): boolean {
  let node = nodes[0]!;
  while (node.feature !== null) node = nodes[x[features.indexOf(node.feature)]![row]! <= node.threshold! ? node.yes! : node.no!]!;
  return node.isTreated!;
}

/** Where the rule says what everybody gets, there is nothing to be wrong about. */
function holds(value: PolicyValue | null, truth: number): number {
  if (!value) return 1;
  const { lower, upper } = fixed.interval({ ...value, degreesOfFreedom: value.groups - 1, n: value.groups }, ALPHA, 'two_sided', {});
  return Number(lower! <= truth && truth <= upper!);
}

/** Ranking and rule of an experiment's report. */
export const targetingRows: readonly Row[] = [drawnRuleRow(1), noRuleRow(), noRatioRuleRow()];

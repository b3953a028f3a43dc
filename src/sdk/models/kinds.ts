import { boostedKind } from './boosted-kind.js';
import { forestKind } from './forest-kind.js';
import type { ModelKind } from './kind.js';
import type { ModelKindName } from './spec.js';

const KUENZEL = 'Kuenzel, Sekhon, Bickel, Yu (2019), PNAS 116(10)';

export const kinds: { readonly [K in ModelKindName]: ModelKind } = {
  causal_forest: forestKind,
  t_learner: boostedKind('t', KUENZEL),
  x_learner: boostedKind('x', KUENZEL),
  r_learner: boostedKind('r', 'Nie, Wager (2021), Biometrika 108(2)'),
  dr_learner: boostedKind('dr', 'Kennedy (2023), Electronic Journal of Statistics 17(2)'),
};

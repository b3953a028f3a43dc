import { forestKind } from './forest-kind.js';
import type { ModelKind } from './kind.js';
import { learnerKind } from './learner-kind.js';
import { causalSurvivalKind, instrumentalKind, multiArmKind } from './other-forest-kinds.js';
import { outcomeKind } from './outcome-kind.js';
import type { ModelKindName } from './spec.js';

const KUENZEL = 'Kuenzel, Sekhon, Bickel, Yu (2019), PNAS 116(10)';

export const kinds: { readonly [K in ModelKindName]: ModelKind } = {
  causal_forest: forestKind,
  s_learner: learnerKind('s', KUENZEL),
  t_learner: learnerKind('t', KUENZEL),
  x_learner: learnerKind('x', KUENZEL),
  r_learner: learnerKind('r', 'Nie, Wager (2021), Biometrika 108(2)'),
  dr_learner: learnerKind('dr', 'Kennedy (2023), Electronic Journal of Statistics 17(2)'),
  multi_arm_forest: multiArmKind,
  instrumental_forest: instrumentalKind,
  causal_survival_forest: causalSurvivalKind,
  boosting: outcomeKind('boosting'),
  forest: outcomeKind('forest'),
  linear: outcomeKind('linear'),
  logistic: outcomeKind('logistic'),
  ridge: outcomeKind('ridge'),
  lasso: outcomeKind('lasso'),
  elastic_net: outcomeKind('elastic_net'),
};

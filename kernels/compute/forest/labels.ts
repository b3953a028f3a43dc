/**
 * Relabelling: the label rho of each unit in a node, its influence on what the node estimates (Athey, Tibshirani, Wager 2019, section 2.3);
 * recomputed in every node. Rho sums to zero over a node, so a child's sum tells its sibling's. G are sample weights, a bar is a mean in the node.
 *
 * | labelling | rho | columns: treatment, outcome, further |
 * |---|---|---|
 * | outcome | G (Y - yBar) | -, Y |
 * | effect | G (W - wBar) (Y - yBar - tau (W - wBar)) | W, Y |
 * | instrumented | G (Q - qBar) (Y - yBar - tau (W - wBar)), Q = (1 - r) Z + r W | Z, Y, W |
 * | ratio | G (N - tau D), tau = sum G N / sum G D | W, N, D, failed |
 * | martingale | failed - expected failures (Nelson-Aalen in the node) | time, failed |
 * | several | G (Y_j - yBar_j), or G A^-1 (W - wBar) (Y_j - yBar_j - beta_j' (W - wBar)), A the variance of W in the node | -, -, W_1 .. W_K, Y_1 .. Y_M |
 *
 * The treatment column is also what stabilised splits balance. Labels become fixed-point cells; see cells.ts.
 */
import { LABEL_EFFECT, LABEL_INSTRUMENTED, LABEL_OUTCOME, LABEL_RATIO, LABEL_MARTINGALE, labelling } from './options';
import { labelByOutcome } from './outcome-label';
import { labelByEffect } from './effect-label';
import { labelByInstrument } from './instrumented-label';
import { labelByMartingale, labelByRatio } from './survival-labels';
import { labelBySeveral } from './several-labels';

/** Labels the records start .. end - 1 of a node; false when they cannot be split. */
export function relabel(start: i32, end: i32): bool {
  if (labelling == LABEL_OUTCOME) return labelByOutcome(start, end);
  if (labelling == LABEL_EFFECT) return labelByEffect(start, end);
  if (labelling == LABEL_INSTRUMENTED) return labelByInstrument(start, end);
  if (labelling == LABEL_RATIO) return labelByRatio(start, end);
  if (labelling == LABEL_MARTINGALE) return labelByMartingale(start, end);
  return labelBySeveral(start, end);
}

import { mixingScale, sequenceMultiplier } from '../stats/inference/confidence-sequence.js';
import { fields, numberAt, type Adapter } from './case.js';

/** Tuning and half-width of the asymptotic confidence sequence. */
export const sequences: Adapter = ({ method = '', inputs }) => {
  switch (method) {
    case 'sequential_rho':
      return { values: mixingScale(numberAt(inputs, 'alpha'), numberAt(inputs, 'tuning_N'), fields(inputs)['two_sided'] === true ? 'two_sided' : 'greater') };
    case 'sequential_interval_halfwidth':
    case 'sequential_interval_halfwidth_one_sided': {
      const alternative = method.endsWith('one_sided') ? 'greater' : 'two_sided';
      const [alpha, n] = [numberAt(inputs, 'alpha'), numberAt(inputs, 'n')];
      const rho = mixingScale(alpha, numberAt(inputs, 'tuning_N'), alternative);
      return { values: Math.sqrt(numberAt(inputs, 's2') / n) * sequenceMultiplier(n, rho, alpha, alternative) };
    }
    // confseq's rho is a variance: one over the square of ours
    case 'best_rho':
      return { values: mixingScale(numberAt(inputs, 'alpha_opt'), numberAt(inputs, 'v_opt'), 'two_sided') ** -2 };
    default:
      return undefined;
  }
};

import { betaBinomialMixture } from '../stats/inference/boundaries/beta-binomial-mixture.js';
import { empiricalProcessLil } from '../stats/inference/boundaries/empirical-process-lil.js';
import { gammaExponentialMixture, gammaPoissonMixture } from '../stats/inference/boundaries/gamma-mixture.js';
import { mixtureBound, type Mixture } from '../stats/inference/boundaries/mixture.js';
import { normalMixtureBound, oneSidedNormalMixture, twoSidedNormalMixture } from '../stats/inference/boundaries/normal-mixture.js';
import { doubleStitching, polynomialStitching } from '../stats/inference/boundaries/stitching.js';
import { bernoulliSequence } from '../stats/inference/bounded/bernoulli-sequence.js';
import { plugInBet } from '../stats/inference/bounded/predictable-bets.js';
import { quantileComparisonPValue } from '../stats/inference/bounded/quantile-sequence.js';
import { isRefusal } from '../stats/refusal.js';
import { fields, numberAt, type Adapter } from './case.js';

const DEFAULT_ALPHA_OPT = 0.05;

/** confseq's uniform boundaries and what it builds on them. */
export const boundaries: Adapter = ({ method = '', inputs }) => {
  const name = method.replace(/\(.*/, '');
  const isOneSided = fields(inputs)['one_sided'] !== false;
  const alphaOpt = optional(inputs, 'alpha_opt', DEFAULT_ALPHA_OPT);
  const mixture = mixtureNamed(name, inputs, isOneSided, alphaOpt);
  if (mixture && name.endsWith('_log_mixture')) return { values: mixture.logMixture(numberAt(inputs, 's'), numberAt(inputs, 'v')) };
  if (mixture && name.endsWith('_mixture_bound')) {
    const [v, alpha] = [numberAt(inputs, 'v'), numberAt(inputs, 'alpha')];
    const isClosedForm = name === 'normal_mixture_bound' && !isOneSided;
    return { values: isClosedForm ? normalMixtureBound(v, alpha, numberAt(inputs, 'v_opt'), alphaOpt) : mixtureBound(mixture, v, alpha) };
  }
  switch (name) {
    case 'poly_stitching_bound':
      return { values: polynomialStitching(numberAt(inputs, 'v'), numberAt(inputs, 'alpha'), numberAt(inputs, 'v_min'), numberAt(inputs, 'c')) };
    case 'empirical_process_lil_bound':
      return { values: empiricalProcessLil(numberAt(inputs, 't'), numberAt(inputs, 'alpha'), numberAt(inputs, 't_min'), optional(inputs, 'A', 0.85)) ?? Infinity };
    case 'double_stitching_bound':
      return { values: doubleStitching(numberAt(inputs, 'quantile_p'), numberAt(inputs, 't'), numberAt(inputs, 'alpha'), numberAt(inputs, 't_opt')) };
    case 'QuantileABTest.p_value': {
      const p = quantileComparisonPValue(counted(inputs, 'a'), counted(inputs, 'b'), numberAt(inputs, 'quantile_p'), numberAt(inputs, 't_opt'));
      return { values: isRefusal(p) ? undefined : p };
    }
    case 'bernoulli_confidence_interval': {
      const set = bernoulliSequence(numberAt(inputs, 'successes'), numberAt(inputs, 'trials'), numberAt(inputs, 'alpha'), numberAt(inputs, 't_opt'));
      return { values: isRefusal(set) ? undefined : [set.lower, set.upper] };
    }
    case 'lambda_predmix_eb[0]':
      return { values: plugInBet(numberAt(inputs, 'prior_variance'), 0, numberAt(inputs, 'alpha')) };
    default:
      return undefined;
  }
};

function mixtureNamed(name: string, inputs: unknown, isOneSided: boolean, alphaOpt: number): Mixture | undefined {
  const vOpt = (): number => numberAt(inputs, 'v_opt');
  switch (name.replace(/_(log_mixture|mixture_bound)$/, '')) {
    case 'normal': return isOneSided ? oneSidedNormalMixture(vOpt(), alphaOpt) : twoSidedNormalMixture(vOpt(), alphaOpt);
    case 'gamma_exponential': return gammaExponentialMixture(vOpt(), alphaOpt, numberAt(inputs, 'c'));
    case 'gamma_poisson': return gammaPoissonMixture(vOpt(), alphaOpt, numberAt(inputs, 'c'));
    case 'beta_binomial': return betaBinomialMixture(vOpt(), alphaOpt, numberAt(inputs, 'g'), numberAt(inputs, 'h'), isOneSided ? 1 : 2);
    default: return undefined;
  }
}

function optional(inputs: unknown, key: string, otherwise: number): number {
  return fields(inputs)[key] === undefined ? otherwise : numberAt(inputs, key);
}

/** `1..1000`: the whole numbers between. */
function counted(inputs: unknown, key: string): Float64Array {
  const [first, last] = String(fields(inputs)[key]).split('..').map(Number) as [number, number];
  return Float64Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

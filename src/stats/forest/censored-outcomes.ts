/** What is asked of a time: its mean up to the horizon, or the probability to be beyond it. */
export const survivalTargets = ['rmst', 'survival_probability'] as const;
export type SurvivalTarget = (typeof survivalTargets)[number];

/**
 * E[f(T)] of a unit by its hazards from `at` on, f(T) = min(T, horizon) or 1{T > horizon}; and E[f(T) | T > t_k] at every step k, written to
 * `remaining`.
 */
export function expectedTarget(target: SurvivalTarget, times: Float64Array, horizon: number, hazards: Float64Array, at: number, remaining: Float64Array): number {
  const isMean = target === 'rmst';
  // the survivors of step k - 1 wait until k, where a share of them, the hazard, fails
  let beyond = isMean ? horizon : 1;
  for (let k = times.length - 1; k >= 0; k--) {
    remaining[k] = beyond;
    const hazard = hazards[at + k]!;
    beyond = hazard * (isMean ? times[k]! : 0) + (1 - hazard) * beyond;
  }
  return beyond;
}

/** A unit's f(T) with what censoring hid put back: its conditional mean is E[f(T) | X, W] if either the curve or the censoring is right. */
export interface AugmentedOutcome {
  readonly value: number;
  /** the least probability to be still observed that it is weighted by */
  readonly observedShare: number;
}

/**
 * D f / G(u-) + sum over k of R(k) dM(k) / G(k): inverse-probability-of-censoring weighting, augmented.
 *
 * With product-limit curves the weights of each unit sum to 1 exactly. A failure comes before a censoring at the same time.
 * @param known f(T), or null when the unit was censored before that could be told
 * @param step the unit's last step; @param censoring hazards of censoring from `at` on; @param remaining what `expectedTarget` wrote of the unit
 * @see Robins, Rotnitzky (1992); Cui, Kosorok, Sverdrup, Wager, Zhu (2023), JRSS B 85(2), section 3
 */
export function augmentedOutcome(known: number | null, step: number, censoring: Float64Array, at: number, remaining: Float64Array): AugmentedOutcome {
  let observed = 1;
  let value = 0;
  const last = known === null ? step : step - 1;
  for (let k = 0; k <= last; k++) {
    const hazard = censoring[at + k]!;
    const still = observed * (1 - hazard);
    if (!(still > 0)) return { value: NaN, observedShare: 0 };
    value -= (hazard / still) * remaining[k]!;
    observed = still;
  }
  return { value: value + (known ?? remaining[step]!) / observed, observedShare: observed };
}

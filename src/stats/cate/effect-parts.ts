/** Meta-learners whose effects follow from models of the covariates; that of s has the treatment as one more. */
export type PartedKind = 's' | 't' | 'x' | 'r' | 'dr';

/** What each is made of: outcomes of both arms; outcomes by arm; effects by arm, and the propensity that mixes them; effects. */
export const effectParts = {
  s: ['outcome'],
  t: ['control', 'treated'],
  x: ['control', 'treated', 'propensity'],
  r: ['effect'],
  dr: ['effect'],
} as const satisfies Record<PartedKind, readonly string[]>;
export type EffectPart = (typeof effectParts)[PartedKind][number];

/** Effects from predictions of the parts, shape (units). @param predict  in an arm, where the part has the treatment as its last feature; @param bounds  propensities are held within these */
export function effectsOfParts(kind: PartedKind, predict: (part: EffectPart, arm?: 0 | 1) => Float64Array, bounds: readonly [number, number]): Float64Array {
  switch (kind) {
    case 's': {
      const control = predict('outcome', 0);
      return predict('outcome', 1).map((value, row) => value - control[row]!);
    }
    case 't': {
      const control = predict('control');
      return predict('treated').map((value, row) => value - control[row]!);
    }
    case 'x': {
      const [control, treated, propensity] = [predict('control'), predict('treated'), predict('propensity')];
      return control.map((value, row) => {
        const e = within(propensity[row]!, bounds);
        return e * value + (1 - e) * treated[row]!;
      });
    }
    case 'r': case 'dr': return predict('effect');
  }
}

export const within = (value: number, [lowest, highest]: readonly [number, number]): number => Math.min(highest, Math.max(lowest, value));

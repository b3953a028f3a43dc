/** Roles whose columns are adjusted for, or split by. */
const FEATURES = ['covariates', 'categories', 'covariate'];
/** What their columns must not be, by role: a feature that is the outcome or the treatment would predict itself. */
const NEVER_FEATURES: Readonly<Record<string, string>> = {
  outcome: 'the outcome', treatment: 'the treatment', instrument: 'the instrument', uptake: 'the uptake', event: 'the event',
  numerator: 'the numerator', denominator: 'the denominator', factors: 'a factor', first: 'the first factor', second: 'the second factor', experiments: 'an experiment',
};

export interface FeatureFault { readonly role: string; readonly message: string }

/** What is wrong with the choice of features, if anything: one that is also the outcome, the treatment or the like, or is named twice. */
export function featureFault(columns: Readonly<Record<string, string | readonly string[] | undefined>>): FeatureFault | null {
  const named = (role: string) => [columns[role] ?? []].flat() as string[];
  // a time that an event ends is an outcome; that of a switchback is not
  const others = { ...NEVER_FEATURES, ...(columns['event'] !== undefined && { time: 'the time of the event' }) };
  const known = new Map(Object.entries(others).flatMap(([role, words]) => named(role).map((name) => [name, words] as const)));
  for (const role of FEATURES) {
    for (const name of named(role)) {
      const why = known.get(name);
      if (why !== undefined) return { role, message: `must leave out ${name}, which is ${why}` };
      known.set(name, 'named twice');
    }
  }
  return null;
}

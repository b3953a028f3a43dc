import type { AssignableUnit, Assigned, AssignmentConfig } from './assignment-config.js';
import { bucketRanges, type Range } from './bucket-ranges.js';
import { chooseVariation, inRange } from './choose-variation.js';
import { bucketing, type Bucketing } from './hash-method.js';
import { layerBucketing } from './namespace.js';

/** An assignment configuration with everything that does not depend on the unit computed. */
export interface PreparedAssignment {
  readonly config: AssignmentConfig;
  readonly keys: readonly string[];
  readonly ranges: readonly Range[];
  readonly bucketOf: Bucketing;
  readonly layerBucketOf: Bucketing | null;
  readonly forced: ReadonlyMap<string, number>;
}

/** Hash of salt and layer, ranges and forced units, once for all decisions of an experiment. */
export function prepareAssignment(config: AssignmentConfig): PreparedAssignment {
  const keys = config.variations.map((variation) => variation.key);
  return {
    config,
    keys,
    ranges: config.ranges ?? bucketRanges(keys.length, config.coverage, weightsOf(config)),
    bucketOf: bucketing(config.hash, config.salt ?? config.key),
    layerBucketOf: config.namespace ? layerBucketing(config.hash, config.namespace.name) : null,
    forced: new Map(config.forced.map((entry) => [entry.unit, keys.indexOf(entry.variation)])),
  };
}

/** Under murmur3 weights that sum to 0.9999 are scaled to one; GrowthBook leaves the rest unassigned, and so does its mode. */
function weightsOf(config: AssignmentConfig): readonly number[] {
  const weights = config.variations.map((variation) => variation.weight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return config.hash === 'murmur3' ? weights.map((weight) => weight / total) : weights;
}

/**
 * The variation of a unit and why, as a function of its arguments alone.
 *
 * In this order: inactive experiments assign nobody; a forced unit gets its variation; a stored assignment below the minimum
 * version blocks the unit, one of the current version holds whatever namespace and coverage have become since, one of
 * another version or of a variation that is gone is ignored; then namespace; then the bucket.
 * @see GrowthBook SDK specification 0.8 (sticky bucketing) for the order
 */
export function assign(experiment: PreparedAssignment, unit: AssignableUnit): Assigned {
  const { config, ranges } = experiment;
  const usedFallback = unit.id === '' && unit.fallbackId !== undefined && unit.fallbackId !== '';
  const id = usedFallback ? unit.fallbackId! : unit.id;
  const answer = (reason: Assigned['reason'], index: number, bucket: number | null): Assigned => ({
    experiment: config.key,
    unit: id === '' ? null : id,
    variation: index < 0 ? null : experiment.keys[index]!,
    index: index < 0 ? null : index,
    reason,
    bucket,
    usedFallback,
    bucketVersion: config.bucketVersion,
  });
  if (!config.active) return answer('inactive', -1, null);
  if (id === '') return answer('no_identifier', -1, null);
  const forced = experiment.forced.get(id);
  if (forced !== undefined) return answer('forced', forced, null);
  const { stored } = unit;
  if (stored) {
    if (stored.bucketVersion < config.minimumBucketVersion) return answer('blocked_version', -1, null);
    const index = stored.bucketVersion === config.bucketVersion ? experiment.keys.indexOf(stored.variation) : -1;
    if (index >= 0) return answer('sticky', index, null);
  }
  if (experiment.layerBucketOf) {
    const layerBucket = experiment.layerBucketOf(id);
    if (!config.namespace!.ranges.some((range) => inRange(layerBucket, range))) return answer('outside_namespace', -1, null);
  }
  const bucket = experiment.bucketOf(id);
  const index = chooseVariation(bucket, ranges);
  return answer(index < 0 ? 'outside_coverage' : 'bucket', index, bucket);
}

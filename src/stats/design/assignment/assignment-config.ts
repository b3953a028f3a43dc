import { z } from 'zod';
import { hashMethods } from './hash-method.js';

const fraction = z.number().gte(0).lte(1);

export const rangeSchema = z.strictObject({
  from: fraction.describe('start, a fraction of all units; included'),
  to: fraction.describe('end, a fraction of all units; not included'),
}).refine((range) => range.from <= range.to, { message: 'must not end before it begins', path: ['to'] }).meta({ id: 'BucketRange' });

const variationSchema = z.strictObject({
  key: z.string().min(1).max(200).describe('name of the variation; the value of the arm column in exposures'),
  weight: z.number().gt(0).lte(1).describe('share of the units that are in the experiment, a fraction'),
}).meta({ id: 'Variation' });

const namespaceSchema = z.strictObject({
  name: z.string().min(1).max(200).describe('layer that experiments share'),
  ranges: z.array(rangeSchema).min(1).max(100).describe('parts of the layer that this experiment holds; parts of other experiments must not overlap them'),
}).meta({ id: 'Namespace' });

const forcedSchema = z.strictObject({
  unit: z.string().min(1).describe('identifier of the unit'),
  variation: z.string().min(1).describe('key of the variation it always gets'),
}).meta({ id: 'ForcedAssignment' });

/** Weights are typed by people: 0.3333 three times is one third, 0.33 is not. */
const WEIGHT_TOLERANCE = 1e-3;

/** How units of one experiment are assigned. Everything that decides is here; nothing else does. */
export const assignmentSchema = z.strictObject({
  key: z.string().min(1).max(200).describe('name of the experiment'),
  salt: z.string().min(1).max(200).optional().describe('what the hash is salted with; absent: the key. A new salt re-randomises every unit'),
  hash: z.enum(hashMethods).default('murmur3').describe('murmur3: 2^32 buckets over UTF-8; growthbook_v1, growthbook_v2: bit for bit GrowthBook\'s public specification'),
  active: z.boolean().default(true).describe('false: nobody is assigned'),
  variations: z.array(variationSchema).min(2).max(50).describe('in fixed order, the control first by custom'),
  coverage: fraction.default(1).describe('share of units in the experiment, a fraction; raising it moves no unit that is assigned'),
  ranges: z.array(rangeSchema).optional().describe('stretch of buckets of each variation, in their order, instead of coverage and weights'),
  namespace: namespaceSchema.optional().describe('layer for mutual exclusion; absent: the experiment overlaps with all others'),
  forced: z.array(forcedSchema).max(10_000).default([]).describe('units that always get one variation, for testing; leave them out of the analysis'),
  bucketVersion: z.number().int().gte(0).default(0).describe('raise it to forget stored assignments and assign afresh'),
  minimumBucketVersion: z.number().int().gte(0).default(0).describe('units stored under an older version leave the experiment'),
}).superRefine((config, context) => {
  const keys = config.variations.map((variation) => variation.key);
  for (const [i, key] of keys.entries()) {
    if (keys.indexOf(key) < i) context.addIssue({ code: 'custom', path: ['variations', i, 'key'], message: `${key} appears twice in variations` });
  }
  const total = config.variations.reduce((sum, variation) => sum + variation.weight, 0);
  if (Math.abs(total - 1) > WEIGHT_TOLERANCE) {
    context.addIssue({ code: 'custom', path: ['variations'], message: `weights of the variations must sum to 1; they sum to ${Number(total.toFixed(6))}` });
  }
  if (config.ranges && config.ranges.length !== keys.length) {
    context.addIssue({ code: 'custom', path: ['ranges'], message: `ranges must have one entry for each of the ${keys.length} variations; got ${config.ranges.length}` });
  }
  for (const [i, forced] of config.forced.entries()) {
    if (!keys.includes(forced.variation)) {
      context.addIssue({ code: 'custom', path: ['forced', i, 'variation'], message: `${forced.variation} is not a variation (${keys.join(', ')})` });
    }
  }
  if (config.minimumBucketVersion > config.bucketVersion) {
    context.addIssue({ code: 'custom', path: ['minimumBucketVersion'], message: `must not exceed bucketVersion ${config.bucketVersion}; got ${config.minimumBucketVersion}` });
  }
}).meta({ id: 'AssignmentConfig' });
export type AssignmentConfig = z.output<typeof assignmentSchema>;
export type AssignmentConfigInput = z.input<typeof assignmentSchema>;

/** Who is to be assigned, and what was stored when it was assigned before. */
export const assignableUnitSchema = z.strictObject({
  id: z.string().describe('identifier of the unit; empty: unknown'),
  fallbackId: z.string().optional().describe('identifier to hash when the first is unknown, such as a device before login'),
  stored: z.strictObject({
    variation: z.string().describe('key of the variation it got'),
    bucketVersion: z.number().int().gte(0).describe('bucketVersion of the experiment at that time'),
  }).optional().describe('assignment stored for this unit and experiment; absent: none'),
}).meta({ id: 'AssignableUnit' });
export type AssignableUnit = z.output<typeof assignableUnitSchema>;

export const assignmentReasons = ['forced', 'sticky', 'bucket', 'inactive', 'no_identifier', 'outside_namespace', 'outside_coverage', 'blocked_version'] as const;

export const assignedSchema = z.object({
  experiment: z.string().describe('key of the assignment'),
  unit: z.string().nullable().describe('identifier that was hashed; null when none is known'),
  variation: z.string().nullable().describe('key of the variation; null: not in the experiment'),
  index: z.number().int().nullable().describe('position of the variation; null: not in the experiment'),
  reason: z.enum(assignmentReasons).describe('forced, sticky (stored before) and bucket (by its hash) are in the experiment; the others say why not'),
  bucket: z.number().nullable().describe('in [0, 1); null when the hash was not needed'),
  usedFallback: z.boolean().describe('true when fallbackId was hashed'),
  bucketVersion: z.number().int().describe('to be stored with the variation'),
}).meta({ id: 'Assigned' });
export type Assigned = z.output<typeof assignedSchema>;

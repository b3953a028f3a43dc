import { Injectable } from '@nestjs/common';
import { valueOf } from '../../experiment/flag.js';
import { assign } from '../../stats/design/assignment/assign.js';
import type { Assigned } from '../../stats/design/assignment/assignment-config.js';
import { type Exposure, ExposuresService } from '../exposures/exposures.service.js';
import { FlagTableService, type LiveFlag } from '../flags/flag-table.service.js';
import type { EvaluationContext, EvaluationFailure, EvaluationSuccess } from './protocol.js';

const REASONS = {
  bucket: 'SPLIT', sticky: 'SPLIT', forced: 'TARGETING_MATCH', inactive: 'DISABLED',
  outside_coverage: 'DEFAULT', outside_namespace: 'DEFAULT', blocked_version: 'DEFAULT', no_identifier: 'ERROR',
} as const satisfies Record<Assigned['reason'], string>;

/** Assigns, and records who was exposed before it answers. */
@Injectable()
export class EvaluationService {
  constructor(private readonly table: FlagTableService, private readonly exposures: ExposuresService) {}

  async one(key: string, context: EvaluationContext): Promise<EvaluationSuccess | EvaluationFailure> {
    const flag = (await this.table.read()).get(key);
    if (!flag) return { key, errorCode: 'FLAG_NOT_FOUND', errorDetails: `there is no flag ${key}` };
    const assigned = await this.assignmentOf(flag, context);
    if (assigned.reason === 'no_identifier') return { key, errorCode: 'TARGETING_KEY_MISSING', errorDetails: `flag ${key} needs targetingKey in the context: the identifier of the unit` };
    const isExposure = flag.flag.exposures !== 'never' && isRandomised(assigned);
    if (isExposure) await this.exposures.record([exposureOf(flag, assigned, context)]);
    return successOf(flag, assigned, isExposure);
  }

  /** Every flag. Flags that lack an identifier fail alone, in their place. */
  async all(context: EvaluationContext): Promise<(EvaluationSuccess | EvaluationFailure)[]> {
    const flags = [...(await this.table.read()).values()];
    const evaluated = await Promise.all(flags.map(async (flag) => ({ flag, assigned: await this.assignmentOf(flag, context) })));
    const exposed = evaluated.filter(({ flag, assigned }) => flag.flag.exposures === 'always' && isRandomised(assigned));
    await this.exposures.record(exposed.map(({ flag, assigned }) => exposureOf(flag, assigned, context)));
    return evaluated.map(({ flag, assigned }) => (assigned.reason === 'no_identifier'
      ? { key: flag.key, errorCode: 'TARGETING_KEY_MISSING' as const, errorDetails: `flag ${flag.key} needs targetingKey in the context` }
      : successOf(flag, assigned, exposed.some((each) => each.flag === flag))));
  }

  /** What a unit would get now; nothing is recorded. */
  async assignmentOf({ flag, prepared, key }: LiveFlag, { targetingKey = '', ...attributes }: EvaluationContext): Promise<Assigned> {
    const fallback = flag.fallbackAttribute === undefined ? undefined : attributes[flag.fallbackAttribute];
    const unit = { id: targetingKey, ...(typeof fallback === 'string' && { fallbackId: fallback }) };
    const units = [unit.id, ...('fallbackId' in unit ? [unit.fallbackId!] : [])].filter((id) => id !== '');
    const stored = flag.sticky && units.length > 0 ? await this.exposures.firstOf(key, units) : undefined;
    return assign(prepared, { ...unit, ...(stored && { stored }) });
  }
}

/** Forced units are for testing, and are left out of analyses. */
const isRandomised = ({ reason }: Assigned): boolean => reason === 'bucket' || reason === 'sticky';

function successOf({ key, flag, revision }: LiveFlag, { variation, reason, bucketVersion }: Assigned, isExposure: boolean): EvaluationSuccess {
  return {
    key, value: valueOf(flag, variation), reason: REASONS[reason], ...(variation !== null && { variant: variation }),
    metadata: { assignment: reason, revision, bucketVersion, exposureLogged: isExposure },
  };
}

function exposureOf({ key, flag, revision }: LiveFlag, { unit, variation, bucketVersion }: Assigned, context: EvaluationContext): Exposure {
  const kept = flag.attributes.map((name) => [name, context[name]] as const).filter((entry): entry is readonly [string, string | number | boolean] => ['string', 'number', 'boolean'].includes(typeof entry[1]));
  return { flag: key, bucketVersion, unit: unit!, variation: variation!, revision, exposedAt: new Date(), attributes: Object.fromEntries(kept.map(([name, value]) => [name, typeof value === 'string' ? value.replaceAll('\0', '').slice(0, MOST_ATTRIBUTE) : value])) };
}

const MOST_ATTRIBUTE = 500;

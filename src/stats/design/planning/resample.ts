import { contrasts } from '../../effects/contrast.js';
import type { Shares } from '../../effects/effect.js';
import { meanOutcome, ratioOutcome } from '../../effects/outcome.js';
import { proportionContrast } from '../../effects/proportions.js';
import type { Alternative } from '../../inference/inference.js';
import { standardised, towards } from '../../inference/statistic.js';
import { stream, type RandomStream } from '../../numeric/random.js';
import { isRefusal, type Refusal } from '../../refusal.js';
import { emptyMoments, mergeMoments, momentsOf, type Moments } from '../../summaries/moments.js';
import type { HistoryFrame } from './history-frame.js';
import { bindInference, type BoundInference, type RehearsedInference } from './rehearsed-inference.js';

/** One simulated way to run and read an experiment. */
export interface Rehearsal {
  readonly frame: HistoryFrame;
  readonly inference: RehearsedInference;
  /** which of the two is read */
  readonly scale: 'lift' | 'difference';
  readonly alternative: Alternative;
  readonly alpha: number;
  readonly treatmentShare: number;
  readonly looks: number;
  readonly replicates: number;
  readonly seed: number;
}

export interface RehearsalResult {
  /** share of replicates that reject at some look */
  readonly rejected: number;
  /** units at stopping, on average */
  readonly expectedUnits: number;
  /** why the inference answered at no look of any replicate; null: it did */
  readonly refusal: Refusal | null;
}

/** What a treated unit's outcome becomes. */
export interface Injection {
  readonly kind: 'multiply' | 'add' | 'convert';
  /** factor, amount added, or new rate */
  readonly by: number;
  /** rate in history, for `convert` */
  readonly rate: number;
}

/**
 * Experiments drawn from history: units with replacement, an effect put into the treated, read by the same functions that read a
 * real experiment, at equally spaced looks until one rejects.
 *
 * Replicate r draws from stream(seed, r) alone: equal seeds compare effects and numbers of units on the same draws.
 */
export function rehearse(rehearsal: Rehearsal, injection: Injection | null, units: number): RehearsalResult {
  const inference = bindInference(rehearsal.inference, rehearsal.alpha, rehearsal.looks, units, rehearsal.alternative);
  let rejections = 0;
  let stoppedAt = 0;
  let refusal: Refusal | null = null;
  let isAnswered = false;
  for (let replicate = 0; replicate < rehearsal.replicates; replicate++) {
    const { rejected, used, refused } = rehearseOnce(rehearsal, inference, injection, units, stream(rehearsal.seed, replicate));
    if (rejected) rejections++;
    stoppedAt += used;
    isAnswered ||= refused === null;
    refusal ??= refused;
  }
  return { rejected: rejections / rehearsal.replicates, expectedUnits: stoppedAt / rehearsal.replicates, refusal: isAnswered ? null : refusal };
}

function rehearseOnce(rehearsal: Rehearsal, { method, optionsAt, futilityAt }: BoundInference, injection: Injection | null, units: number, random: RandomStream): { rejected: boolean; used: number; refused: Refusal | null } {
  const { frame, looks, treatmentShare, alternative, alpha, scale } = rehearsal;
  const names = frame.columns.map((_, i) => `column${i}`);
  let control: Moments = emptyMoments(names);
  let treatment: Moments = emptyMoments(names);
  const outcome = frame.outcomes === 2 ? ratioOutcome : meanOutcome;
  // as an analysis reads a share of units
  const isShare = frame.isBinary && frame.columns.length === 1;
  const batches: Shares[] = [];
  let refused: Refusal | null = null;
  let isAnswered = false;
  for (let look = 1; look <= looks; look++) {
    const soFar = Math.round((units * look) / looks);
    const treated = Math.round(soFar * treatmentShare);
    const batch = { control: draw(frame, names, soFar - treated - control.n, null, random), treatment: draw(frame, names, treated - treatment.n, injection, random) };
    control = mergeMoments(control, batch.control);
    treatment = mergeMoments(treatment, batch.treatment);
    if (isShare) batches.push({ control: shareOf(batch.control), treatment: shareOf(batch.treatment) });
    const contrast = isShare ? proportionContrast(control, treatment) : contrasts(control, [treatment], frame.outcomes, outcome)[0]!;
    const read = isRefusal(contrast) ? contrast : contrast[scale];
    const effect = isShare && method.readsBatches && !isRefusal(read) ? { ...read, batches: { kind: 'shares' as const, batches } } : read;
    const options = optionsAt(look);
    const refusal = isRefusal(effect) ? effect : isRefusal(options) ? options : method.refusal?.(effect, options) ?? null;
    // what an analysis refuses it does not reject
    if (refusal || isRefusal(effect)) { refused ??= refusal; continue; }
    isAnswered = true;
    if (method.pValue(effect, 0, alternative, options as Record<string, unknown>) <= alpha) return { rejected: true, used: soFar, refused: null };
    const futility = futilityAt(look);
    if (futility !== null && towards(standardised(effect, 0), alternative) < futility) return { rejected: false, used: soFar, refused: null };
  }
  return { rejected: false, used: units, refused: isAnswered ? null : refused };
}

const shareOf = ({ n, mean }: Moments): Shares['control'] => ({ n, share: n === 0 ? 0 : mean[0]! });

function draw(frame: HistoryFrame, names: readonly string[], count: number, injection: Injection | null, random: RandomStream): Moments {
  const columns = frame.columns.map(() => new Float64Array(count));
  for (let i = 0; i < count; i++) {
    const row = random.integer(frame.rows);
    for (let c = 0; c < columns.length; c++) columns[c]![i] = frame.columns[c]![row]!;
  }
  if (injection) inject(columns, frame, injection, random);
  return momentsOf(Object.fromEntries(names.map((name, c) => [name, columns[c]!])));
}

/** Adds to each unit of the denominator; converts as many as the new rate asks for, so that binary values stay binary. */
function inject(columns: readonly Float64Array[], frame: HistoryFrame, { kind, by, rate }: Injection, random: RandomStream): void {
  const values = columns[0]!;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (kind === 'multiply') values[i] = value * by;
    else if (kind === 'add') values[i] = value + by * (frame.outcomes === 2 ? columns[1]![i]! : 1);
    else if (by >= rate) values[i] = value === 1 || random.bernoulli((by - rate) / (1 - rate)) ? 1 : 0;
    else values[i] = value === 1 && random.bernoulli(by / rate) ? 1 : 0;
  }
}

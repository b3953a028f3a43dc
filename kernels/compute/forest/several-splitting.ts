/**
 * Splitting by several labels: the cut that maximises the sum over labels of the between-children sum of squares. With treatments, each
 * child must keep `minNodeSize` units below and above the node's mean of each of them and a share `alpha` of its variation.
 */
import { wideSums } from './workspace';
import { imbalancePenalty, minNodeSize, treatments } from './options';
import { countTotal, leastCount, penalty, weightStep, weightTotal } from './cells';
import { bestGain, keepBest } from './best-split';
import { cellWidth, labelCount, leastVariationOf, smallCountOf, squareStepOf, treatmentStepOf, variationOf } from './several-labels';

/** running sums: one cell of the widest */
const left: usize = memory.data(4 * 320, 16);

function word(index: i32): i32 {
  return load<i32>(left + (<usize>index << 2));
}

/**
 * Offers the best cut of one feature.
 *
 * @param sums histogram, cleared on the way unless `keep`
 */
export function scanSeveral(sums: usize, feature: i32, first: i32, last: i32, shift: i32, missingRight: bool, keep: bool): void {
  const bytes = <usize>cellWidth() << 2;
  const count = labelCount();
  memory.fill(left, 0, bytes);
  for (let slot = first; slot <= last; slot++) {
    const at = sums + <usize>slot * bytes;
    for (let part: usize = 0; part < bytes; part += 16) {
      v128.store(left + part, i32x4.add(v128.load(left + part), v128.load(at + part)));
      if (!keep) v128.store(at + part, i32x4.splat(0));
    }
    const wl = word(count + 1);
    if (!(wl > 0 && wl < weightTotal) || !hasEnoughUnits(word(count), count)) continue;
    let squares: f64 = 0;
    for (let label = 0; label < count; label++) squares += <f64>word(label) * <f64>word(label);
    let gain = <f32>(squares / (<f64>wl * <f64>(weightTotal - wl)));
    if (!(gain > bestGain) || !keepsVariation(wl, count)) continue;
    if (imbalancePenalty > 0) {
      gain = <f32>(<f64>gain - penalty * (1 / <f64>word(count) + 1 / <f64>(countTotal - word(count))));
      if (!(gain > bestGain)) continue;
    }
    keepBest(gain, feature, ((slot + 1) << shift) - 1, missingRight);
  }
}

function hasEnoughUnits(units: i32, count: i32): bool {
  if (treatments == 0) return units >= leastCount && units <= countTotal - leastCount;
  for (let i = 0; i < treatments; i++) {
    const small = word(count + 4 + 3 * i);
    const large = units - small;
    const smallTotal = load<i32>(smallCountOf + (<usize>i << 2));
    if (small < minNodeSize || large < minNodeSize) return false;
    if (smallTotal - small < minNodeSize || countTotal - smallTotal - large < minNodeSize) return false;
  }
  return true;
}

function keepsVariation(wl: i32, count: i32): bool {
  for (let i = 0; i < treatments; i++) {
    const at = <usize>i << 3;
    const z = <f64>word(count + 2 + 3 * i) * load<f64>(treatmentStepOf + at);
    const zSquared = <f64>word(count + 3 + 3 * i) * load<f64>(squareStepOf + at);
    const variationLeft = zSquared - z * z / (<f64>wl * weightStep);
    const variationRight = load<f64>(variationOf + at) - zSquared - z * z / (<f64>(weightTotal - wl) * weightStep);
    const least = load<f64>(leastVariationOf + at);
    if (variationLeft < least || variationRight < least) return false;
  }
  return true;
}

/** Whether units with missing values are in the histogram. */
export function hasMissingUnits(): bool {
  return load<i32>(wideSums + (<usize>labelCount() << 2)) != 0;
}

/** Forgets the units with missing values, so that they count as going right. */
export function dropMissingUnits(): void {
  memory.fill(wideSums, 0, <usize>cellWidth() << 2);
}

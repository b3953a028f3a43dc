/**
 * What a leaf keeps of the units that estimate it: sums { 1, G, values } and, packed, the averages of the values over its units.
 *
 * Averages, as in the prediction step of Athey, Tibshirani, Wager (2019): the forest averages them over trees before it solves for what it
 * estimates. G are sample weights; values come in pairs, so a zero may fill the last one.
 */
import { further, outcome, rows, treatment, weight } from './workspace';
import { LEAF_EFFECT, LEAF_INSTRUMENTED, LEAF_MEAN, LEAF_RATIO, leafValues, leaves, outcomes, treatments } from './options';

/** f64 places before the values: units and weight */
export const SUM_HEADER: usize = 16;

export function leafSumBytes(): usize {
  return SUM_HEADER + (<usize>leafValues << 3);
}

function add(at: usize, value: f64): void {
  store<f64>(at, load<f64>(at) + value);
}

function columnAt(index: i32, at: usize): f64 {
  return <f64>load<f32>(further + <usize>index * (<usize>rows << 2) + at);
}

/** Adds a row to the sums of its leaf. */
export function addUnit(sums: usize, row: usize): void {
  const at = row << 2;
  const g = <f64>load<f32>(weight + at);
  const values = sums + SUM_HEADER;
  add(sums, 1);
  add(sums + 8, g);
  if (leaves == LEAF_EFFECT) addEffect(values, at, g);
  else if (leaves == LEAF_MEAN) {
    add(values, g * <f64>load<f32>(outcome + at));
    add(values + 8, g);
  } else if (leaves == LEAF_INSTRUMENTED) addInstrumented(values, at, g);
  else if (leaves == LEAF_RATIO) {
    add(values, g * <f64>load<f32>(outcome + at));
    add(values + 8, g * columnAt(0, at));
  } else addSeveral(values, at, g);
}

/** (WY, WW, W, Y), with weights also (G, 0) */
function addEffect(values: usize, at: usize, g: f64): void {
  const w = <f64>load<f32>(treatment + at);
  const y = <f64>load<f32>(outcome + at);
  const gw = g * w;
  add(values, gw * y);
  add(values + 8, gw * w);
  add(values + 16, gw);
  add(values + 24, g * y);
  if (leafValues == 6) add(values + 32, g);
}

/** (ZY, ZW, Z, Y, W, ZZ), with weights also (G, 0) */
function addInstrumented(values: usize, at: usize, g: f64): void {
  const z = <f64>load<f32>(treatment + at);
  const y = <f64>load<f32>(outcome + at);
  const w = columnAt(0, at);
  const gz = g * z;
  add(values, gz * y);
  add(values + 8, gz * w);
  add(values + 16, gz);
  add(values + 24, g * y);
  add(values + 32, g * w);
  add(values + 40, gz * z);
  if (leafValues == 8) add(values + 48, g);
}

/** (G, the outcomes, the treatments, treatment x outcome by treatment, treatment x treatment above the diagonal and on it) */
function addSeveral(values: usize, at: usize, g: f64): void {
  const k = treatments;
  add(values, g);
  let place = values + 8;
  for (let j = 0; j < outcomes; j++, place += 8) add(place, g * columnAt(k + j, at));
  for (let i = 0; i < k; i++, place += 8) add(place, g * columnAt(i, at));
  for (let i = 0; i < k; i++) {
    const gw = g * columnAt(i, at);
    for (let j = 0; j < outcomes; j++, place += 8) add(place, gw * columnAt(k + j, at));
  }
  for (let i = 0; i < k; i++) {
    const gw = g * columnAt(i, at);
    for (let j = i; j < k; j++, place += 8) add(place, gw * columnAt(j, at));
  }
}

/**
 * Records of a node four at a time. The last four may lie past the end of the node, where `upTo` masks what must not count.
 */

/** Of two records { treatment, treatment, weight, weight }. */
export function treatmentAndWeight(first: v128, second: v128): v128 {
  return v128.shuffle<i32>(first, second, 1, 5, 3, 7);
}

/** Of two records { outcome, outcome, weight, weight }. */
export function outcomeAndWeight(first: v128, second: v128): v128 {
  return v128.shuffle<i32>(first, second, 2, 6, 3, 7);
}

/** The fields that two pairs of records have in their first lanes, or in their last lanes. */
export function firstField(pair: v128, next: v128): v128 {
  return v128.shuffle<i32>(pair, next, 0, 1, 4, 5);
}

export function lastField(pair: v128, next: v128): v128 {
  return v128.shuffle<i32>(pair, next, 2, 3, 6, 7);
}

/** All ones in the lanes of the first `count` units. */
export function upTo(count: i32): v128 {
  return i32x4.gt_s(i32x4.splat(count), i32x4(0, 1, 2, 3));
}

/** Adds the first two of four f32, or the last two, to two f64 sums. */
export function addFirst(sums: v128, values: v128): v128 {
  return f64x2.add(sums, f64x2.promote_low_f32x4(values));
}

export function addLast(sums: v128, values: v128): v128 {
  return f64x2.add(sums, f64x2.promote_low_f32x4(v128.shuffle<i32>(values, values, 2, 3, 2, 3)));
}

/** The total of four sums: (s0 + s2) + (s1 + s3). */
export function totalOf(first: v128, last: v128): f64 {
  const pairs = f64x2.add(first, last);
  return f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
}

/** Exports of the boosting kernel. Read growing.ts first. */
import { histogram } from './workspace';
import { bins, gradients, groups, histogramBytes, inBag, kinds, leafOf, monotone, received, used } from './workspace';
import { leaf, madeSplits, OUTPUT } from './leaves';

export { layOut } from './workspace';
export { setLimits, setShape } from './options';
export { addReceived, beginTree, finishRoot, finishSplit, finishTree, leftRows, splitNext } from './growing';

export function binsPointer(): usize { return bins; }
export function kindsPointer(): usize { return kinds; }
export function monotonePointer(): usize { return monotone; }
export function usedPointer(): usize { return used; }
export function groupsPointer(): usize { return groups; }
export function gradientsPointer(): usize { return gradients; }
export function inBagPointer(): usize { return inBag; }
export function leafOfPointer(): usize { return leafOf; }
export function histogramPointer(slot: i32): usize { return histogram(slot); }
export function histogramLength(): usize { return histogramBytes; }
export function receivedPointer(): usize { return received; }
export function splitsPointer(): usize { return madeSplits; }
export function outputOf(index: i32): f64 { return load<f64>(leaf(index) + OUTPUT); }

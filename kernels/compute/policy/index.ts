/** What a worker calls. Pointers are byte addresses in the exported memory; shapes are in workspace.ts. */
import * as workspace from './workspace';

export { layOut, prepareDifferences } from './workspace';
export { sweepRoot } from './root-sweep';

export function levelCountsPointer(): usize { return workspace.levelCounts; }
export function levelsPointer(): usize { return workspace.levels; }
export function orderPointer(): usize { return workspace.order; }
export function scoresPointer(): usize { return workspace.scores; }
export function rootValuesPointer(): usize { return workspace.rootValues; }

import type { Planning } from '../../sdk/power.js';

/** What the thread of a plan answers. */
export type PlanningMessage =
  | { readonly planning: Planning }
  | { readonly fault: { readonly name: string; readonly sentence: string; readonly path: string } };

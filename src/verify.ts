import { conclude } from './analyze.js';
import type { Analysis } from './experiment/analysis.js';
import { canonicalJson } from './experiment/canonical.js';
import { planHash } from './experiment/lock.js';
import { codeVersion } from './version.js';

/** A place where the replay and the stored analysis part. */
export interface ReplayDifference {
  /** such as comparisons[3].lift.estimate */
  readonly path: string;
  /** canonical JSON; null when absent there */
  readonly stored: string | null;
  readonly replayed: string | null;
}

export interface Verification {
  readonly status: 'same' | 'different';
  readonly differences: readonly ReplayDifference[];
  /** code that computed the analysis, and code that replayed it: when they differ, a difference may be a change of method */
  readonly codeVersions: { readonly stored: string; readonly replayed: string };
}

/** Replays an analysis from its stored plan and summaries; all that follows from them must come out bit for bit. */
export async function verifyAnalysis(analysis: Analysis): Promise<Verification> {
  const { checks, comparisons, timelines, decision, heterogeneity, design } = analysis;
  const stored = { planHash: analysis.planHash, checks, comparisons, timelines, decision, ...(heterogeneity !== undefined && { heterogeneity }), ...(design && { design }) };
  const replayed = { planHash: planHash(analysis.plan), ...await conclude(analysis.plan, analysis.summaries) };
  const differences = [...differencesAt('', stored, replayed)];
  return {
    status: differences.length === 0 ? 'same' : 'different',
    differences,
    codeVersions: { stored: analysis.codeVersion, replayed: codeVersion },
  };
}

function* differencesAt(path: string, stored: unknown, replayed: unknown): Generator<ReplayDifference> {
  const [before, after] = [textOf(stored), textOf(replayed)];
  if (before === after) return;
  if (!isContainer(stored) || !isContainer(replayed) || Array.isArray(stored) !== Array.isArray(replayed)) {
    yield { path, stored: before, replayed: after };
    return;
  }
  for (const key of new Set([...Object.keys(stored), ...Object.keys(replayed)])) {
    const step = Array.isArray(stored) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    yield* differencesAt(step, stored[key], replayed[key]);
  }
}

const isContainer = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
const textOf = (value: unknown): string | null => (value === undefined ? null : canonicalJson(value));

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pensions, recommendedTreatments, syntheticLearners, trainees } from './vectors/adjusted.js';
import { growthbookAssignment } from './vectors/assignment.js';
import { betaBinomials, growthbookBayes, inferenceDefects, normalPosteriors } from './vectors/bayesian.js';
import { boundaries } from './vectors/boundaries.js';
import type { Adapter, VectorCase } from './vectors/case.js';
import { families, meanAndVariance, sampleRatios, shares } from './vectors/counts-and-families.js';
import { cookieCats, hillstrom, lalondeNaive, udacity } from './vectors/datasets.js';
import { nudgedDoses } from './vectors/doses.js';
import { exactPolicies } from './vectors/policies.js';
import { campaignForests, grfDesigns, ihdpForests, learningMindsets } from './vectors/forests.js';
import { spotifyBoundaries, spotifyGroupSequential, spotifyOverrun, tabulatedBoundaries } from './vectors/group-sequential.js';
import { cigarettes, drawnCompliers, drawnOutcomes, schooling } from './vectors/instruments.js';
import { knownEffects } from './vectors/known-effects.js';
import { agrees, leavesOf } from './vectors/leaves.js';
import { demonstration, doseLines, pairedTrainees, panelStudy } from './vectors/observational.js';
import { growthbookMidExperiment, growthbookPower, spotifyPoweredEffect, spotifySampleSize } from './vectors/planning.js';
import { posthogCuped } from './vectors/posthog-cuped.js';
import { sequences } from './vectors/sequences.js';
import { growthbookClusteredQuantile, growthbookRatioCuped, growthbookStrata, posthogAdjusted } from './vectors/stratified.js';
import { drawnCosts, drawnPolicy } from './vectors/targeting.js';
import { cupedTheta, deltaVariance, growthbookTests, posthogTests, spotifyRegression } from './vectors/two-arm-tests.js';
import { hillstromUpliftAtK, scikitUpliftScores } from './vectors/uplift.js';

/** Asked in this order; the first that answers has the case. */
const adapters: readonly Adapter[] = [
  growthbookTests, posthogTests, posthogCuped, cupedTheta, deltaVariance, spotifyRegression, sequences, sampleRatios, families, shares, meanAndVariance,
  boundaries, tabulatedBoundaries, spotifyBoundaries, spotifyOverrun, spotifyGroupSequential,
  growthbookBayes, normalPosteriors, betaBinomials, inferenceDefects,
  growthbookStrata, growthbookRatioCuped, growthbookClusteredQuantile, posthogAdjusted,
  growthbookAssignment, growthbookPower, growthbookMidExperiment, spotifySampleSize, spotifyPoweredEffect,
  knownEffects, hillstrom, cookieCats, udacity, lalondeNaive,
  exactPolicies, drawnPolicy, drawnCosts, nudgedDoses,
  demonstration, panelStudy, pairedTrainees, doseLines, schooling, cigarettes, drawnOutcomes, drawnCompliers,
  pensions, trainees, recommendedTreatments, syntheticLearners,
  ihdpForests, grfDesigns, learningMindsets, campaignForests,
  scikitUpliftScores, hillstromUpliftAtK,
];

/** Recomputes every published case, prints a line for each, and says how many agree. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { vectors: { type: 'string', multiple: true }, datasets: { type: 'string' } } });
  const shared = process.env['ASSAY_SHARED'] ?? path.resolve('..', 'shared');
  const files = values.vectors ?? ['experimentation.json', 'causal.json'].map((name) => path.join(shared, 'vectors', name));
  const datasets = values.datasets ?? path.join(shared, 'datasets');
  const absent = [...files, datasets].filter((file) => !existsSync(file));
  if (absent.length > 0) {
    console.error(`vectors needs its files, and these are absent: ${absent.join(', ')}\nName them with --vectors FILE --datasets DIR, or set ASSAY_SHARED to the folder that holds vectors/ and datasets/.`);
    return 2;
  }
  const tally = { passed: 0, failed: 0, 'not covered': 0 };
  for (const file of files) {
    for (const vector of (JSON.parse(await readFile(file, 'utf8')) as { vectors: VectorCase[] }).vectors) {
      const { status, line } = await check(vector, datasets);
      tally[status]++;
      console.log(`${status.padEnd(11)} ${vector.id}${line}`);
    }
  }
  console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally['not covered']} not covered`);
  return tally.failed > 0 ? 1 : 0;
}

async function check(vector: VectorCase, datasets: string): Promise<{ status: 'passed' | 'failed' | 'not covered'; line: string }> {
  try {
    for (const adapter of adapters) {
      const answer = await adapter(vector, datasets);
      if (!answer) continue;
      const leaves = leavesOf(vector, answer);
      const covered = leaves.filter(({ got }) => got !== undefined);
      const wrong = covered.filter((leaf) => !agrees(leaf));
      const missing = leaves.filter(({ got }) => got === undefined).map((leaf) => leaf.path);
      const notes = [...(answer.instead ? [answer.instead.because] : []), ...(missing.length > 0 ? [`not compared: ${missing.join(', ')}`] : [])];
      const note = notes.length > 0 ? ` (${notes.join('; ')})` : '';
      if (covered.length === 0) return { status: 'failed', line: `: no answer${note}` };
      if (wrong.length === 0) return { status: 'passed', line: note };
      return { status: 'failed', line: `: ${wrong.map((leaf) => `${leaf.path || 'value'} expected ${leaf.expected}, got ${leaf.got}`).join('; ')}${note}` };
    }
    return { status: 'not covered', line: '' };
  } catch (error) {
    return { status: 'failed', line: `: ${(error as Error).message}` };
  }
}

process.exitCode = await main();

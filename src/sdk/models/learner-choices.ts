import { learnerOptions, createLearner, type LearnerOptions } from '../../stats/learners/index.js';
import { keptNames } from '../../stats/learners/kept/kept.js';
import type { Learner } from '../../stats/learners/learner.js';
import type { Task } from '../../stats/learners/training.js';

const names: ReadonlySet<string> = new Set(keptNames);

/** A learner that can be kept, by name with its options. */
export const keptChoice = (predicts: string) => learnerOptions.refine(({ name }) => names.has(name), { message: `must be one that can be kept: ${keptNames.join(', ')}`, path: ['name'] })
  .nullable().default(null).describe(`learner of ${predicts}; null: gradient boosting, with the settings beside this`);

/** The learner of a choice; boosting with these settings where none is made. */
export const chosenOr = (choice: LearnerOptions | null, task: Task, option: string, settings: object): Learner =>
  createLearner(choice ?? learnerOptions.parse({ name: 'boosting', ...settings }), task, [option, 'name']);

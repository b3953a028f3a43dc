import path from 'node:path';
import type { z } from 'zod';
import type { Estimator } from '../stats/estimators/estimator.js';
import { assignmentSchema, type AssignmentConfigInput } from '../stats/design/assignment/assignment-config.js';
import { analyzePlan } from './analyze-plan.js';
import { assignAll } from './assign.js';
import { connect } from './client.js';
import { estimate, type EstimateOptions, estimatorNamed } from './estimate.js';
import { models } from './models/models.js';
import { planningSpecSchema, power, type PlanningSpecInput } from './power.js';
import { readTable } from './read-table.js';
import { specSchema, type SpecInput } from './spec.js';

export type { Analysis, Comparison, Decision } from '../experiment/analysis.js';
export type { Plan, PlanInput } from '../experiment/plan.js';
export type { AssayClient, RemoteAnalysis, RemoteDecision, RemoteExperiment } from './client.js';
export type { Estimation } from './estimate.js';
export type { ModelCard } from './models/card.js';
export type { Model } from './models/models.js';
export type { RemoteModel, RemoteModelSpec } from './models/remote.js';
export type { Planning } from './power.js';
export { ServiceError } from './request.js';

/** Assay in notebooks and scripts: the same types, here or against a service. */
export const assay = {
  /** Analyses a plan over local files or a database; paths are relative to the current folder. */
  analyze: analyzePlan,
  /** One estimator on the columns of a file. */
  estimate: (spec: SpecInput, options?: EstimateOptions) => estimate(specSchema.parse(spec), path.resolve('.'), options),
  /** Power, sample size, smallest detectable effect or duration of an experiment that is planned or running. */
  power: (spec: PlanningSpecInput) => power(planningSpecSchema.parse(spec), path.resolve('.')),
  /** Which variation each of some units gets; the same on every machine. */
  assign: (config: AssignmentConfigInput, units: readonly string[]) => assignAll(assignmentSchema.parse(config), units.map((id) => ({ id }))),
  /** Models of effects: train, list, read (score, export, check) and compare. */
  models,
  /** What an estimator estimates, needs and answers. */
  estimator: (name: string): Estimator<string, Estimator['data'], z.ZodObject, z.ZodObject> => estimatorNamed(name),
  /** A data file as a polars frame. */
  readTable,
  /** A client of a running service. */
  connect,
};

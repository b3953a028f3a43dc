import { connect, type AssayClient, type RemoteAnalysis } from '../sdk/client.js';
import { ServiceError } from '../sdk/request.js';
import type { PlanInput } from '../experiment/plan.js';
import { headline } from './headline.js';
import { demoPlans } from './plans.js';

const SOURCE = 'demo-shop';

export interface DemoLine {
  readonly experiment: string;
  readonly verdict: 'ship' | 'do_not_ship' | 'keep_running' | 'invalid';
  readonly headline: string;
  readonly reportUrl: string;
}

export interface RunDemoOptions {
  /** of the running service */
  readonly url: string;
  /** an admin's: sources are registered by admins */
  readonly key: string;
  /** where the shop's files are, on the service's machine */
  readonly folder: string;
  readonly onProgress?: (share: number, message: string) => void;
}

/**
 * The four experiments of the demo shop, through the queue and the database of a running service.
 * A second run finds the source, the experiments and their analyses, and computes nothing.
 * @returns a line an experiment, in the order of the plans
 */
export async function runDemo({ url, key, folder, onProgress = () => {} }: RunDemoOptions): Promise<DemoLine[]> {
  const client = connect({ url, key });
  await unlessConflict(client.registerFolder(SOURCE, folder));
  const plans = demoPlans({ kind: 'datasource', name: SOURCE });
  const shares = plans.map(() => 0);
  const analyses = await Promise.all(plans.map((plan, i) => analysed(client, plan, (share, message) => {
    shares[i] = share;
    onProgress(shares.reduce((sum, each) => sum + each, 0) / plans.length, `${plan.name}: ${message}`);
  })));
  return analyses.map((analysis, i) => lineOf(plans[i]!.name, analysis, client.reportUrl(analysis.id)));
}

async function analysed(client: AssayClient, plan: PlanInput, onProgress: (share: number, message: string) => void): Promise<RemoteAnalysis> {
  const experiment = await client.experiment(plan.name) ?? await client.createExperiment(plan);
  if (experiment.status === 'draft') await client.startExperiment(plan.name);
  const { id } = await client.analyzeExperiment(plan.name);
  return client.completed(id, onProgress);
}

/** What was registered by an earlier start is there already. */
async function unlessConflict(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof ServiceError && error.code === 'Conflict')) throw error;
  });
}

const lineOf = (experiment: string, analysis: RemoteAnalysis, reportUrl: string): DemoLine => ({
  experiment,
  verdict: analysis.decision!.verdict,
  headline: headline({ decision: analysis.decision!, checks: analysis.checks!, comparisons: analysis.effects! }),
  reportUrl,
});

import type { Check, Comparison, Decision, EffectForest } from '../experiment/analysis.js';
import type { PlanInput } from '../experiment/plan.js';
import { remoteModels } from './models/remote.js';
import { FAILURES, request, ServiceError, succeeded, type Endpoint } from './request.js';

/** An experiment of the service. */
export interface RemoteExperiment {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  readonly status: 'draft' | 'running' | 'stopped' | 'archived';
  readonly planHash: string;
  readonly frozenPlanHash: string | null;
}

/** An analysis of the service; what it found is null until it is completed. */
export interface RemoteAnalysis {
  readonly id: string;
  readonly status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';
  /** share done, 0 to 1 */
  readonly progress: number;
  readonly message: string;
  readonly error: string | null;
  readonly planHash: string;
  readonly exploratory: boolean | null;
  readonly decision: Decision | null;
  readonly checks: readonly Check[] | null;
  /** null where the plan asks for no forest */
  readonly forest: EffectForest | null;
  /** over all units; ask `request` for those of segments */
  readonly effects: readonly Comparison[] | null;
}

/** A record of the decision chain. */
export interface RemoteDecision {
  readonly id: string;
  readonly hash: string;
  readonly previousHash: string;
}

const EXPERIMENT = 'id key title status planHash frozenPlanHash';
const CONFIDENCE_SET = '{ shape lower upper }';
const EFFECT = `{
  ... on EffectEstimate { status estimate standardError degreesOfFreedom interval ${CONFIDENCE_SET} pValue adjustedPValue simultaneous ${CONFIDENCE_SET} eValue posterior { mean standardDeviation chanceToBeat expectedLoss { keepControl shipTreatment } withinMargin } stopping { look share statistic efficacy futility stop stageWise { ... on StageWise { status pValue medianUnbiased interval ${CONFIDENCE_SET} } ... on Refusal { status reason detail remedy } } } }
  ... on Refusal { status reason detail remedy } }`;
const GAIN = `{ estimate standardError degreesOfFreedom interval ${CONFIDENCE_SET} pValue }`;
const ARM = '{ arm n value standardError }';
const ANALYSIS = `id status progress message error planHash exploratory
  decision { verdict arm reason clauses { kind metric arm status sentence change } rule { alphaPerGoal alphaPerGuardrail alphaPerDeterioration betaPerClause falseShip unitsNeeded } }
  checks { name status blocking sentence pValue action }
  heterogeneity { searched fdr segments { metric arm parts { name value } units inside outside estimate interval ${CONFIDENCE_SET} eValue adjustedPValue isFound } }
  forest { metric arm cost available read rowsDigest answer {
    ... on Targeting { status learned judged valued trimmedShare rate ${GAIN} curve { fraction estimate lower upper } covariates { name share level most least }
      tree { learned treatedShare nodes { feature threshold level yes no isTreated share gain ${GAIN} } overNone ${GAIN} overAll ${GAIN} allOverNone ${GAIN} } }
    ... on Refusal { status reason detail remedy } } }
  effects(segments: []) { metric role family segment { name value } control ${ARM} treatment ${ARM} difference ${EFFECT} lift ${EFFECT} method adjustment { covariates varianceReduction } }`;
const PROGRESS = 'id status progress message error';

/** How often the state of an analysis is asked for, in ms. */
const LOOK_EVERY_MS = 150;
const ENDED: ReadonlySet<RemoteAnalysis['status']> = new Set(['completed', 'failed', 'cancelled']);

export type AssayClient = ReturnType<typeof connect>;

/** A client of a running service. Every method throws ServiceError with a sentence when the service says no. */
export function connect(endpoint: Endpoint) {
  const ask = (query: string, variables: object = {}) => request(endpoint, query, variables);
  const change = async <T>(name: string, declared: string, given: string, selection: string, variables: object): Promise<T> =>
    succeeded<T>((await ask(`mutation (${declared}) { ${name}(${given}) { ${FAILURES} ${selection} } }`, variables))[name]);

  const analysis = async (id: string): Promise<RemoteAnalysis> =>
    found((await ask(`query ($id: ID!) { analysis(id: $id) { ${ANALYSIS} } }`, { id }))['analysis'], `there is no analysis ${id}`);

  return {
    url: endpoint.url,
    /** any GraphQL operation */
    request: ask,

    /** Registers the data files of a folder on the service's machine under a name that plans can use. */
    registerFolder: (name: string, folder: string): Promise<{ readonly name: string }> =>
      change('registerSource', '$name: String!, $location: SourceLocation!', 'name: $name, location: $location', '... on Source { name }', { name, location: { files: { folder } } }),

    experiment: async (key: string): Promise<RemoteExperiment | null> =>
      (await ask(`query ($key: String!) { experiment(key: $key) { ${EXPERIMENT} } }`, { key }))['experiment'] as RemoteExperiment | null,
    createExperiment: (plan: PlanInput): Promise<RemoteExperiment> =>
      change('createExperiment', '$plan: JSON!', 'plan: $plan', `... on Experiment { ${EXPERIMENT} }`, { plan }),
    startExperiment: (key: string): Promise<RemoteExperiment> =>
      change('startExperiment', '$key: String!', 'key: $key', `... on Experiment { ${EXPERIMENT} }`, { key }),

    /** Queues the analysis of an experiment, or finds the one that answered the same question about the same data. */
    analyzeExperiment: (experiment: string): Promise<Pick<RemoteAnalysis, 'id' | 'status'>> =>
      change('analyze', '$experiment: String!', 'experiment: $experiment', '... on Analysis { id status }', { experiment }),
    /** Queues the analysis of a plan that belongs to no experiment. */
    analyzePlan: (plan: PlanInput): Promise<Pick<RemoteAnalysis, 'id' | 'status'>> =>
      change('analyze', '$plan: JSON!', 'plan: $plan', '... on Analysis { id status }', { plan }),
    analysis,
    /** Waits until an analysis has ended. @throws ServiceError when it failed or was cancelled */
    async completed(id: string, onProgress: (share: number, message: string) => void = () => {}): Promise<RemoteAnalysis> {
      for (;;) {
        const now = found<RemoteAnalysis>((await ask(`query ($id: ID!) { analysis(id: $id) { ${PROGRESS} } }`, { id }))['analysis'], `there is no analysis ${id}`);
        onProgress(now.progress, now.message);
        if (now.status === 'completed') return analysis(id);
        if (ENDED.has(now.status)) throw new ServiceError(now.error ?? `analysis ${id} was ${now.status}`, now.status.toUpperCase());
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    },

    /** Puts the verdict of a completed analysis on record. */
    decide: (id: string, comment = ''): Promise<RemoteDecision> =>
      change('decide', '$analysis: ID!, $comment: String', 'analysis: $analysis, comment: $comment', '... on Decision { id hash previousHash }', { analysis: id, comment }),

    /** Models of effects: train, list, read (score, export) and compare. */
    models: remoteModels(endpoint),

    /** Page of an analysis that a person can read. */
    reportUrl: (id: string): string => new URL(`/reports/${id}.html`, endpoint.url).href,
  };
}

function found<T>(value: unknown, sentence: string): T {
  if (value === null || value === undefined) throw new ServiceError(sentence, 'NotFound');
  return value as T;
}

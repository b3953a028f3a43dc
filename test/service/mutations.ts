/** What an expected failure says. */
export const FAILURES = '__typename ... on ValidationFailure { message issues { path message } } ... on Conflict { message } ... on NotFound { message }';

export const CREATE = `mutation ($plan: JSON!, $metrics: [MetricReference!]! = []) { createExperiment(plan: $plan, metrics: $metrics) { ${FAILURES} ... on Experiment { id key status planHash frozenPlanHash plan } } }`;

import { planSchema, type Plan } from '../experiment/plan.js';
import { readDocument } from './read-document.js';

/** A plan from YAML or JSON. */
export const readPlan = (file: string): Promise<Plan> => readDocument(file, 'plan', planSchema);

import { power, type PlanningSpec } from '../../sdk/power.js';
import { answerTask } from '../threads/thread-task.js';
import type { PlanningMessage } from './planning-message.js';

/** One plan in a thread of its own: long looks and rehearsals must not hold up other requests. */
await answerTask((spec: PlanningSpec): Promise<PlanningMessage> => power(spec).then(
  (planning) => ({ planning }),
  ({ name, message: sentence, path }: Error & { path?: string | readonly (string | number)[] }) => ({ fault: { name, sentence, path: typeof path === 'string' ? path : (path ?? []).join('.') } }),
));

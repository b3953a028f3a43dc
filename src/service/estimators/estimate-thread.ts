import { answerTask } from '../threads/thread-task.js';
import { estimateOutcome } from './estimate-outcome.js';

await answerTask(estimateOutcome);

import { interactionScreenSchema } from '../../experiment/interactions/screen.js';
import { resultOf } from '../graphql/failures.js';
import { outputType } from '../graphql/zod-types.js';

const ScreenType = outputType(interactionScreenSchema);
export const InteractionsResult = resultOf('InteractionsResult', () => ScreenType, 'The screen, or why there is none.');

import { isRefusal, type Refusal } from '../../stats/refusal.js';
import { codeVersion } from '../../version.js';
import type { ModelCard } from './card.js';
import type { ModelSpec } from './spec.js';
import { keepModel, listVersions } from './store.js';
import { readTraining, specHashOf, trainModel, type TrainOptions } from './train.js';

export interface KeptModel {
  readonly folder: string;
  readonly card: ModelCard;
  /** false where the same spec on the same data had been trained before, by this version of the code */
  readonly isNew: boolean;
}

/** Trains a model into a folder of models. @throws as `readTraining` */
export async function trainInto(root: string, spec: ModelSpec, folder = '.', options: TrainOptions = {}): Promise<KeptModel | Refusal> {
  const data = await readTraining(spec, folder);
  const specHash = specHashOf(spec);
  const same = (await listVersions(root, spec.name)).find(({ card }) => card.specHash === specHash && card.training.fingerprint === data.fingerprint && card.codeVersion === codeVersion);
  if (same) return { ...same, isNew: false };
  const trained = await trainModel(spec, data, options);
  return isRefusal(trained) ? trained : { ...await keepModel(root, trained), isNew: true };
}

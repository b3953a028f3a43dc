import type { ModelCard } from '../../sdk/models/card.js';
import type { UpliftModelVersion } from '../../generated/prisma/client.js';

/** A version as GraphQL tells of it: its row, and what its card says. */
export type VersionView = Omit<ModelCard, 'version' | 'files'> & Pick<UpliftModelVersion, 'id' | 'modelId' | 'number' | 'digest' | 'createdAt' | 'createdBy'> & {
  readonly cardPath: string;
  readonly onnxPath: string | null;
  readonly onnxRefusal: string | null;
};

export const cardOf = ({ card }: Pick<UpliftModelVersion, 'card'>): ModelCard => JSON.parse(card) as ModelCard;

export function versionView(row: UpliftModelVersion): VersionView {
  const { version, files, ...card } = cardOf(row);
  const { id, modelId, number, digest, createdAt, createdBy } = row;
  const onnx = files['model.onnx'];
  const at = `/models/${card.name}/${version}`;
  const has = 'sha256' in onnx;
  return { ...card, id, modelId, number, digest, createdAt, createdBy, cardPath: `${at}/model.json`, onnxPath: has ? `${at}/model.onnx` : null, onnxRefusal: has ? null : `${onnx.detail}. ${onnx.remedy}` };
}

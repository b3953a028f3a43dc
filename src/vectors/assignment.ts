import { bucketRanges } from '../stats/design/assignment/bucket-ranges.js';
import { chooseVariation } from '../stats/design/assignment/choose-variation.js';
import { growthbookHash } from '../stats/design/assignment/growthbook-hash.js';
import { inNamespace, layerBucketing } from '../stats/design/assignment/namespace.js';
import { fields, numberAt, numbersAt, type Adapter, type Answer, type VectorCase } from './case.js';

/** GrowthBook's public assignment specification: hash, ranges, choice and namespaces, bit for bit. */
export const growthbookAssignment: Adapter = (vector) => {
  const { method = '', inputs } = vector;
  const at = fields(inputs);
  switch (method.replace(/\(.*/, '')) {
    case 'hash': return hashed(growthbookHash(String(at['seed']), String(at['value']), numberAt(inputs, 'version')), vector);
    case 'getBucketRanges': {
      const weights = Array.isArray(at['weights']) ? numbersAt(inputs, 'weights') : null;
      return { values: bucketRanges(numberAt(inputs, 'n'), numberAt(inputs, 'coverage'), weights).map(({ from, to }) => [from, to]) };
    }
    case 'chooseVariation': {
      const ranges = (at['ranges'] as readonly (readonly [number, number])[]).map(([from, to]) => ({ from, to }));
      return { values: chooseVariation(numberAt(inputs, 'n'), ranges) };
    }
    case 'inNamespace': {
      const [id, [name, from, to]] = [String(at['id']), at['namespace'] as readonly [string, number, number]];
      const value = inNamespace(id, { name, ranges: [{ from, to }] }, 'growthbook_v2');
      const isDetailed = typeof (vector.full_precision ?? vector.expected) === 'object';
      return { values: isDetailed ? { value, hash: layerBucketing('growthbook_v2', name)(id) } : value };
    }
    default: return undefined;
  }
};

/** A version that is unknown has no hash, which is the published answer too. */
const hashed = (hash: number | null, { expected }: VectorCase): Answer => (expected === null
  ? { values: { isAssigned: hash !== null }, instead: { expected: { isAssigned: false }, because: 'a version that is not known assigns nobody' } }
  : { values: hash ?? undefined });

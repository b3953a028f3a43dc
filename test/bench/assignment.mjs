import { assign, prepareAssignment } from '../../dist/stats/design/assignment/assign.js';
import { assignmentSchema } from '../../dist/stats/design/assignment/assignment-config.js';

/** The limit that assignment is held to, microseconds of processor time a decision. */
const LIMIT = 1;
const DECISIONS = 200_000;
const ROUNDS = 9;

const experimentOf = (hash) => prepareAssignment(assignmentSchema.parse({
  key: 'checkout-button', hash, coverage: 0.8,
  variations: [{ key: 'control', weight: 0.5 }, { key: 'blue', weight: 0.3 }, { key: 'green', weight: 0.2 }],
  namespace: { name: 'pricing', ranges: [{ from: 0, to: 0.9 }] },
}));
const units = Array.from({ length: DECISIONS }, (_, i) => ({ id: `4f1c9e0a-77aa-4b1e-9d55-${String(i).padStart(12, '0')}` }));

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Median microseconds of processor time a decision, with a namespace to check and a 36-character identifier, for each hash. */
export default function bench() {
  return ['murmur3', 'growthbook_v1', 'growthbook_v2'].map((hash) => {
    const experiment = experimentOf(hash);
    let assigned = 0;
    const rounds = Array.from({ length: ROUNDS }, () => {
      const before = process.cpuUsage();
      for (const unit of units) if (assign(experiment, unit).index !== null) assigned++;
      const { user, system } = process.cpuUsage(before);
      return (user + system) / DECISIONS;
    });
    return { name: `assign, ${hash}`, unit: 'microseconds', median: median(rounds), limit: LIMIT, assignedShare: assigned / ROUNDS / DECISIONS };
  });
}

if (process.argv[1] === import.meta.filename) console.table(bench());

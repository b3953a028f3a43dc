// Side by side with packages of the Python index: same inputs, same answers, processor time of one comparison.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { contrasts } from '../../../dist/stats/effects/contrast.js';
import { meanOutcome } from '../../../dist/stats/effects/outcome.js';
import { fixed } from '../../../dist/stats/inference/fixed.js';
import { stream } from '../../../dist/stats/numeric/random.js';
import { momentsOf } from '../../../dist/stats/summaries/moments.js';

/** Relative to the standard error: what two implementations of one formula may differ by; sums of squares lose most of it. */
export const TOLERANCE = 1e-6;
const PACKAGES = ['gbstats', 'tea-tasting', 'statsmodels', 'spotify-confidence'];
const INSTALL_MS = 300_000;

const values = (seed, n, mean, sd) => { const random = stream(seed); return Array.from({ length: n }, () => mean + sd * random.normal()); };
const CASES = [[1000, 1000, 10, 10.4], [400, 2500, 3, 2.9], [60, 45, 100, 106]].map(([n, m, a, b], i) => ({ control: values(2 * i + 1, n, a, 4), treatment: values(2 * i + 2, m, b, 6) }));

function ours() {
  const summaries = CASES.map(({ control, treatment }) => [control, treatment].map((y) => momentsOf({ y: Float64Array.from(y) })));
  const compare = ([control, treatment]) => {
    const { difference } = contrasts(control, [treatment], 1, meanOutcome)[0];
    const { lower, upper } = fixed.interval(difference, 0.05, 'two_sided', {});
    return { difference: difference.estimate, lower, upper, pValue: fixed.pValue(difference, 0, 'two_sided', {}), standardError: difference.standardError };
  };
  const answers = summaries.map(compare);
  for (let i = 0; i < 20_000; i++) compare(summaries[i % summaries.length]);
  const before = process.cpuUsage();
  const count = 100_000;
  for (let i = 0; i < count; i++) compare(summaries[i % summaries.length]);
  const { user, system } = process.cpuUsage(before);
  return { answers, milliseconds: (user + system) / 1000 / count };
}

/** A Python of its own for each package, since they pin each other's libraries apart; kept in the temp folder. */
function pythonOf(name) {
  const folder = path.join(tmpdir(), 'assay-bench-peers', name);
  const python = path.join(folder, 'bin', 'python');
  const run = (command, args) => spawnSync(command, args, { encoding: 'utf8', timeout: INSTALL_MS });
  if (!existsSync(python) && run('python3', ['-m', 'venv', folder]).status !== 0) return { absent: 'Python with venv is absent' };
  const pip = run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', name]);
  return pip.status === 0 ? { python } : { absent: `${name} cannot be installed` };
}

/** One row a package: its milliseconds, ours, and the largest difference of an answer in standard errors (of p-values: relative); or why it was skipped. */
export function peers() {
  const own = ours();
  return PACKAGES.map((name) => {
    const { python, absent } = pythonOf(name);
    if (absent) return { name, skipped: absent };
    const { status, stdout, stderr } = spawnSync(python, [path.join(import.meta.dirname, 'peer.py'), name], { encoding: 'utf8', input: JSON.stringify(CASES), timeout: INSTALL_MS });
    if (status !== 0) return { name, skipped: `${name} failed: ${stderr.trim().split('\n').at(-1)}` };
    const { version, answers, milliseconds } = JSON.parse(stdout);
    const gap = Math.max(...answers.flatMap((answer, i) => {
      const mine = own.answers[i];
      return [...['difference', 'lower', 'upper'].map((field) => Math.abs(answer[field] - mine[field]) / mine.standardError), Math.abs(answer.pValue / mine.pValue - 1)];
    }));
    return { name, version, milliseconds, ours: own.milliseconds, ratio: milliseconds / own.milliseconds, gap, agrees: gap <= TOLERANCE };
  });
}

if (process.argv[1] === import.meta.filename) console.table(peers());

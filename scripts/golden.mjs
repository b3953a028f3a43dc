// npm run golden: rewrites golden files from what the code says now; review them as a diff.
import { prepareAndRun } from './prepare.mjs';

await prepareAndRun(
  ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--testNamePattern=golden', ...process.argv.slice(2)],
  { UPDATE_GOLDEN: '1' },
);

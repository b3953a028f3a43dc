// npm run golden: rewrites golden files from what the code says now; review them as a diff.
import { prepareAndRun } from './prepare.mjs';

const SUITES = ['test/report/golden', 'test/warehouse/golden-sql', 'test/cli/real-data', 'test/service/graphql'];

await prepareAndRun(
  ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', ...SUITES],
  { env: { UPDATE_GOLDEN: '1' } },
);

// npm test: prepares the tree, then runs the whole suite; arguments go to jest.
import { prepareAndRun } from './prepare.mjs';

await prepareAndRun(
  ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', ...process.argv.slice(2)],
);

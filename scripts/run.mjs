// Prepares the tree, then runs the script named first with the rest as its arguments.
import { prepareAndRun } from './prepare.mjs';

await prepareAndRun(['--enable-source-maps', ...process.argv.slice(2)]);

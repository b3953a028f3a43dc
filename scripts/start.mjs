// npm start: from a bare clone to four verdicts and a running service.
import { prepareAndRun } from './prepare.mjs';

await prepareAndRun(['--enable-source-maps', 'dist/cli.js', 'demo', ...process.argv.slice(2)]);

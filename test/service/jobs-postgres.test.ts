import { jobSuite } from './job-suite.js';

jobSuite('PostgreSQL', async () => ({ options: {}, end: async () => undefined }));

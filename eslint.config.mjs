import tseslint from 'typescript-eslint';

/** Folders in the order of the flow; a folder may import only what its row names. */
const MAY_IMPORT = {
  'stats': [],
  'experiment': ['stats'],
  'warehouse': ['stats', 'experiment'],
  'lineage': ['stats', 'experiment'],
  'bandit': ['stats'],
  'compute': ['stats'],
  'report': ['stats', 'experiment'],
  // the sdk hands estimators an engine: forests grow in worker threads wherever an estimate is asked for
  'sdk': ['stats', 'experiment', 'report', 'warehouse', 'compute'],
};
const FOLDERS = [...Object.keys(MAY_IMPORT), 'service'];
const EDGE_ONLY = ['@nestjs/*', '@prisma/*', 'bullmq', 'graphql', '@apollo/*'];
const PURE = ['node:fs', 'node:fs/*', 'node:net', 'node:http', 'node:child_process', 'node:worker_threads', 'pg', '@duckdb/*'];

const direction = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': ['error', {
      patterns: [
        ...FOLDERS.filter((other) => other !== folder && !allowed.includes(other)).map((other) => ({
          group: [`**/${other}/*`, `**/${other}/**`], message: `${folder} may import only ${[folder, ...allowed].join(', ')}.`,
        })),
        { group: EDGE_ONLY, message: 'Nest, Prisma, GraphQL and BullMQ live in src/service.' },
        ...(['stats', 'experiment'].includes(folder) ? [{ group: PURE, message: `${folder} is pure: no I/O.` }] : []),
      ],
    }],
  },
}));

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'src/generated/', 'coverage/', '.data/', 'kernels/**/build/', '**/*.cjs'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['warn', { max: 300, skipBlankLines: true }],
    },
  },
  {
    files: ['src/stats/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error',
        { object: 'Math', property: 'random', message: 'Use the counter-based streams of stats/numeric/random.ts.' },
        { object: 'Date', property: 'now', message: 'stats has no clock.' }],
    },
  },
  ...direction,
);

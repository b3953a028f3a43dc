import path from 'node:path';
import { z } from 'zod';

const flag = z.enum(['0', '1']).default('0').transform((text) => text === '1');
const folders = z.string().default('').transform((text) => text.split(path.delimiter).filter(Boolean).map((folder) => path.resolve(folder)));

/** What the environment says, with its defaults. */
const environmentSchema = z.object({
  PORT: z.coerce.number().int().gte(0).lte(65_535).default(3000).describe('port of the service; 0: any free one'),
  HOST: z.string().default('127.0.0.1').describe('address it listens on'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must look like postgresql://user:password@host:5432/database' }).optional().describe('absent: an embedded PostgreSQL in the data folder'),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must look like redis://host:6379' }).optional().describe('absent: jobs are queued in PostgreSQL'),
  ASSAY_DATA: z.string().default('.data').transform((folder) => path.resolve(folder)).describe('data folder'),
  ASSAY_ALLOWED_FOLDERS: folders.describe(`folders beside the data folder from which tables may be read, separated by ${path.delimiter}`),
  ASSAY_ADMIN_KEY: z.string().regex(/^ak_[A-Za-z0-9_-]{32,}$/, 'must be ak_ and at least 32 letters, digits, _ or -').optional().describe('absent: an admin key is made at the first start'),
  ASSAY_DEMO: flag.describe('1: whoever calls from this machine without a key acts as analyst'),
  ASSAY_MEMORY: z.string().regex(/^\d+(\.\d+)?\s?(MB|GB|MiB|GiB)$/, 'must look like 4GB').default('4GB').describe('memory that one analysis may use in the warehouse engine'),
  ASSAY_THREADS: z.coerce.number().int().gte(1).optional().describe('threads of the warehouse engine; absent: as many as there are cores'),
  ASSAY_WORKERS: z.coerce.number().int().gte(0).lte(64).default(1).describe('worker processes that the service starts; 0: they run elsewhere'),
  ASSAY_LOCK_MS: z.coerce.number().int().gte(1000).lte(600_000).default(6000).describe('milliseconds that a worker may be silent before its job is given to another'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info').describe('least severe message that is logged'),
});

/** The settings of a service or worker; folders are absolute. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly data: string;
  /** the data folder and those that were named */
  readonly allowedFolders: readonly string[];
  readonly adminKey: string | undefined;
  readonly demo: boolean;
  readonly memoryLimit: string;
  readonly threads: number | undefined;
  readonly workers: number;
  /** milliseconds that a worker may be silent before its job is given to another */
  readonly lockMs: number;
  readonly logLevel: z.output<typeof environmentSchema>['LOG_LEVEL'];
}

/** @throws with one line a setting when some are wrong */
export function configFrom(environment: NodeJS.ProcessEnv): Config {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { data: e, error } = environmentSchema.safeParse(present);
  if (error) throw new Error(`bad settings: ${error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`);
  return {
    port: e.PORT, host: e.HOST, databaseUrl: e.DATABASE_URL, redisUrl: e.REDIS_URL,
    data: e.ASSAY_DATA, allowedFolders: [e.ASSAY_DATA, ...e.ASSAY_ALLOWED_FOLDERS],
    adminKey: e.ASSAY_ADMIN_KEY, demo: e.ASSAY_DEMO, memoryLimit: e.ASSAY_MEMORY, threads: e.ASSAY_THREADS,
    workers: e.ASSAY_WORKERS, lockMs: e.ASSAY_LOCK_MS, logLevel: e.LOG_LEVEL,
  };
}

/** Token under which Nest hands the settings out. */
export const CONFIG = Symbol('config');

import type { ModelVersion, Plan } from '../../experiment/plan.js';
import type { PrismaClient } from '../../generated/prisma/client.js';
import { type FieldIssue, invalidFields, type ValidationFailure } from '../graphql/failures.js';
import type { VersionView } from './version-view.js';

/** The registry by which an arm pins a version that this service trained. */
export const OWN_REGISTRY = 'assay';

export const pinOf = ({ name, number }: Pick<VersionView, 'name' | 'number'>) => ({ registry: OWN_REGISTRY, name, version: String(number) });

/** The number in the version of a pin; null when it cannot be one. */
export const numberOf = (version: string): number | null => (/^[1-9]\d{0,8}$/.test(version) ? Number(version) : null);

/** Arms may pin only versions that are there; a digest that is given must be theirs. Null when all is well. */
export async function checkPins(prisma: Pick<PrismaClient, 'upliftModelVersion'>, { arms }: Plan): Promise<ValidationFailure | null> {
  const issues: FieldIssue[] = [];
  for (const [a, { models }] of arms.entries()) {
    for (const [m, pin] of models.entries()) {
      if (pin.registry !== OWN_REGISTRY) continue;
      const fault = await faultOf(prisma, pin);
      if (fault) issues.push({ path: `plan.arms.${a}.models.${m}.${fault.path}`, message: fault.message });
    }
  }
  return issues.length > 0 ? invalidFields(issues) : null;
}

async function faultOf(prisma: Pick<PrismaClient, 'upliftModelVersion'>, { name, version, digest }: ModelVersion): Promise<FieldIssue | null> {
  const number = numberOf(version);
  const row = number === null ? null : await prisma.upliftModelVersion.findFirst({ where: { model: { name }, number }, select: { digest: true } });
  if (!row) return { path: 'version', message: `must be a version that this service trained; there is no uplift model ${name} version ${version}` };
  const known = digest === undefined || digest.replace(/^sha256:/, '') === row.digest;
  return known ? null : { path: 'digest', message: `must be that of ${name} version ${version}, sha256:${row.digest}` };
}

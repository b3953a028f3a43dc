import { Injectable } from '@nestjs/common';
import { assignmentDepartures, variationsOf } from '../../experiment/assignment.js';
import { canonicalJson } from '../../experiment/canonical.js';
import { type Flag as FlagDefinition, flagSchema } from '../../experiment/flag.js';
import { planSchema } from '../../experiment/plan.js';
import { freeRanges, layerOverlaps, type LayerClaim } from '../../stats/design/assignment/mutual-exclusion.js';
import type { Experiment, Flag, Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../database/prisma.service.js';
import { Conflict, conflict, invalid, NotFound, notFound, ValidationFailure, validationFailure } from '../graphql/failures.js';
import { FlagTableService } from './flag-table.service.js';

/** Serialises writers of flags, so that two claims on a layer cannot pass each other; "flag" in ASCII. */
const FLAGS_LOCK = 0x666c6167;
type Transaction = Prisma.TransactionClient;
type Outcome = Flag | ValidationFailure | Conflict | NotFound;

@Injectable()
export class FlagsService {
  constructor(private readonly prisma: PrismaService, private readonly table: FlagTableService) {}

  /** @param experiment key of the experiment that the flag assigns for; null: of none */
  create(definition: unknown, experiment: string | null, by: string): Promise<Outcome> {
    return this.write(async (transaction) => {
      const owner = experiment === null ? null : await transaction.experiment.findUnique({ where: { key: experiment } });
      if (experiment !== null && !owner) return notFound('experiment', experiment);
      const parsed = definitionOf(definition, owner);
      if (parsed instanceof ValidationFailure) return parsed;
      const { key } = parsed.assignment;
      if (await transaction.flag.findUnique({ where: { key } })) return conflict(`there is a flag ${key} already; revise it or choose another key`);
      return await layerFault(transaction, parsed)
        ?? transaction.flag.create({ data: { key, experimentId: owner?.id ?? null, revisions: { create: { revision: 1, definition: parsed as Prisma.InputJsonValue, createdBy: by } } } });
    });
  }

  /** @param base the revision that the editor saw: somebody else's edit is not overwritten */
  revise(key: string, base: number, definition: unknown, by: string): Promise<Outcome> {
    return this.write(async (transaction) => {
      const flag = await transaction.flag.findUnique({ where: { key }, include: { experiment: true, revisions: { orderBy: { revision: 'desc' }, take: 1 } } });
      if (!flag) return notFound('flag', key);
      if (flag.archivedAt) return conflict(`flag ${key} is archived`);
      const parsed = definitionOf(definition, flag.experiment);
      if (parsed instanceof ValidationFailure) return parsed;
      if (parsed.assignment.key !== key) return invalid('definition.assignment.key', `must stay ${key}: applications know the flag by it`);
      const latest = flag.revisions[0]!;
      if (latest.revision !== base) return conflict(`flag ${key} is at revision ${latest.revision}, not ${base}; read it again`);
      if (canonicalJson(latest.definition) === canonicalJson(parsed)) return flag;
      const fault = await layerFault(transaction, parsed);
      if (fault) return fault;
      await transaction.flagRevision.create({ data: { flagId: flag.id, revision: base + 1, definition: parsed as Prisma.InputJsonValue, createdBy: by } });
      return flag;
    });
  }

  archive(key: string): Promise<Outcome> {
    return this.write(async (transaction) => {
      const flag = await transaction.flag.findUnique({ where: { key } });
      if (!flag) return notFound('flag', key);
      return flag.archivedAt ? flag : transaction.flag.update({ where: { key }, data: { archivedAt: new Date() } });
    });
  }

  /** Claims of the flags that are not archived on a layer. */
  claimsOf(layer: string): Promise<LayerClaim[]> {
    return claimsOn(this.prisma, layer);
  }

  private async write(act: (transaction: Transaction) => Promise<Outcome>): Promise<Outcome> {
    const outcome = await this.prisma.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${FLAGS_LOCK}::bigint)`;
      return act(transaction);
    });
    this.table.forget();
    return outcome;
  }
}

/** A definition as it was given; for an experiment its variations may be left out, and must be the arms of the plan. */
function definitionOf(definition: unknown, owner: Experiment | null): FlagDefinition | ValidationFailure {
  const plan = owner && planSchema.parse(owner.frozenPlan ?? owner.plan);
  const { assignment, ...rest } = (definition ?? {}) as { assignment?: object };
  const whole = plan ? { ...rest, assignment: { key: plan.name, variations: variationsOf(plan), ...assignment } } : definition;
  const parsed = flagSchema.safeParse(whole);
  if (!parsed.success) return validationFailure('definition', parsed.error);
  const [departure] = plan ? assignmentDepartures(plan, parsed.data.assignment) : [];
  return departure ? invalid('definition.assignment.variations', `must be the arms of the experiment: ${departure}`) : parsed.data;
}

/** Why this claim cannot stand on its layer; null: it can. */
async function layerFault(transaction: Transaction, { assignment }: FlagDefinition): Promise<Conflict | NotFound | null> {
  const claim = claimOf(assignment);
  if (!claim) return null;
  if (!(await transaction.layer.findUnique({ where: { name: claim.layer } }))) return notFound('layer', claim.layer);
  const others = (await claimsOn(transaction, claim.layer)).filter(({ experiment }) => experiment !== claim.experiment);
  const overlap = layerOverlaps([claim, ...others]).find(({ experiments }) => experiments.includes(claim.experiment));
  if (!overlap) return null;
  const [other] = overlap.experiments.filter((experiment) => experiment !== claim.experiment);
  const isSameCut = others.find(({ experiment }) => experiment === other)!.hash === claim.hash;
  const free = freeRanges(others).map(({ from, to }) => `${from} to ${to}`).join(', ');
  return conflict(`${claim.experiment} and ${other} would share ${Number((100 * overlap.share).toPrecision(3))} % of layer ${claim.layer}${isSameCut ? `; free is ${free || 'nothing'}` : ': they hash it differently, so that their ranges do not exclude each other'}`);
}

async function claimsOn(prisma: Pick<Transaction, 'flag'>, layer: string): Promise<LayerClaim[]> {
  const flags = await prisma.flag.findMany({ where: { archivedAt: null }, orderBy: { key: 'asc' }, include: { revisions: { orderBy: { revision: 'desc' }, take: 1 } } });
  return flags.map(({ revisions }) => claimOf(flagSchema.parse(revisions[0]!.definition).assignment)).filter((claim) => claim !== undefined && claim.layer === layer) as LayerClaim[];
}

const claimOf = ({ key, hash, namespace }: FlagDefinition['assignment']): LayerClaim | undefined =>
  namespace && { experiment: key, hash, layer: namespace.name, ranges: namespace.ranges };

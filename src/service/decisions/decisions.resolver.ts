import { Args, ArgsType, Context, Field, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { AnalysisType } from '../analyses/analysis.types.js';
import { Role } from '../auth/role.decorator.js';
import { PrismaService } from '../database/prisma.service.js';
import { Page, pageComplexity } from '../graphql/connection.js';
import { isId } from '../graphql/ids.js';
import { callerOf, type RequestContext } from '../graphql/request-context.js';
import { ApproveResult, DecisionChain, DecideResult, DecisionConnection, DecisionType, FeatureVersionFilter, ModelVersionFilter } from './decision.types.js';
import { type DecisionView, viewOf } from './decision-view.js';
import { decisionsPage } from './decisions-page.js';
import { DecisionsService } from './decisions.service.js';

@ArgsType()
export class DecisionPage extends Page {
  @Field(() => String, { nullable: true, description: 'only of the experiment of this name' }) experiment?: string;
  @Field(() => ModelVersionFilter, { nullable: true, description: 'only those that tested this model version' }) model?: ModelVersionFilter;
  @Field(() => FeatureVersionFilter, { nullable: true, description: 'only those that tested this feature version' }) feature?: FeatureVersionFilter;
}
const COMMENT = { defaultValue: '', description: 'in your words; it becomes part of the record' };

/** A filter without the fields that were not given: Prisma takes null for a value. */
const given = <Filter extends object>(filter: Filter): Filter => Object.fromEntries(Object.entries(filter).filter(([, value]) => value != null)) as Filter;

@Resolver(() => DecisionType)
export class DecisionsResolver {
  constructor(private readonly decisionsService: DecisionsService, private readonly prisma: PrismaService) {}

  @Query(() => DecisionConnection, { description: 'Decisions, without their approvals.', ...pageComplexity })
  @Role('viewer')
  decisions(@Args() { experiment, model, feature, ...page }: DecisionPage) {
    return decisionsPage(this.prisma, page, { ...(experiment && { experiment: { key: experiment } }), ...(model && { models: { some: given(model) } }), ...(feature && { features: { some: given(feature) } }) });
  }

  @Query(() => DecisionType, { nullable: true, description: 'A decision or an approval; null when there is none.' })
  @Role('viewer')
  async decision(@Args('id', { type: () => ID, description: 'id of the record' }) id: string) {
    const row = isId(id) ? await this.prisma.decisionRecord.findUnique({ where: { id } }) : null;
    return row && viewOf(row);
  }

  @Query(() => DecisionChain, { description: 'Recomputes the chain of decisions.', complexity: 1000 })
  @Role('viewer')
  verifyDecisions() {
    return this.decisionsService.verify();
  }

  @Mutation(() => DecideResult, { description: 'Puts the verdict of a completed analysis on record, with its evidence.' })
  @Role('analyst')
  decide(@Args('analysis', { type: () => ID, description: 'id of the analysis' }) analysis: string, @Args('comment', COMMENT) comment: string, @Context() context: RequestContext) {
    return this.decisionsService.decide(analysis, comment, callerOf(context));
  }

  @Mutation(() => ApproveResult, { description: 'Stands by a decision, on record.' })
  @Role('analyst')
  approve(@Args('decision', { type: () => ID, description: 'id of the decision' }) decision: string, @Args('comment', COMMENT) comment: string, @Context() context: RequestContext) {
    return this.decisionsService.approve(decision, comment, callerOf(context));
  }

  @ResolveField()
  approvals(@Parent() { id }: DecisionView, @Context() { loaders }: RequestContext) {
    return loaders.approvalsOfDecision.load(id);
  }

  @ResolveField('analysis', () => AnalysisType, { description: 'the evidence' })
  analysis(@Parent() { analysisId }: DecisionView, @Context() { loaders }: RequestContext) {
    return loaders.analyses.load(analysisId);
  }
}

import { Args, Query, Resolver } from '@nestjs/graphql';
import { Role } from '../auth/role.decorator.js';
import { PlanningService } from './planning.service.js';
import { plannerByField, PlannerChoice, plannerInfo, PlannerInfo, PowerResult } from './planning.types.js';

@Resolver()
export class PlanningResolver {
  constructor(private readonly planning: PlanningService) {}

  @Query(() => [PlannerInfo], { description: 'What can be planned.' })
  @Role('viewer')
  planners() {
    return [...plannerByField.values()].map(plannerInfo);
  }

  @Query(() => PowerResult, { description: 'Plans an experiment: units, smallest effect, power or days, before it starts or in the middle of it.', complexity: 2000 })
  @Role('analyst')
  power(@Args('using', { description: 'the planner' }) using: PlannerChoice) {
    return this.planning.plan(using);
  }
}

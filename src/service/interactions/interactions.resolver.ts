import { Args, Float, Query, Resolver } from '@nestjs/graphql';
import { Role } from '../auth/role.decorator.js';
import { InteractionsService } from './interactions.service.js';
import { InteractionsResult } from './interactions.types.js';

@Resolver()
export class InteractionsResolver {
  constructor(private readonly interactionsService: InteractionsService) {}

  @Query(() => InteractionsResult, { description: 'Whether experiments that ran on the same units changed each other\'s effects: every two of them, on each metric that both plans define alike, at one false discovery rate.', complexity: 2000 })
  @Role('analyst')
  interactions(
    @Args('experiments', { type: () => [String], description: 'names, 2 to 10' }) experiments: string[],
    @Args('rate', { type: () => Float, defaultValue: 0.05, description: 'false discovery rate over all pairs and metrics together' }) rate: number,
  ) {
    return this.interactionsService.screen(experiments, rate);
  }
}

import { Args, Query, Resolver } from '@nestjs/graphql';
import { Role } from '../auth/role.decorator.js';
import { SafeInt } from '../graphql/scalars.js';
import { estimatorByField, EstimateResult, EstimatorChoice, estimatorInfo, EstimatorInfo } from './estimator.types.js';
import { EstimatorsService } from './estimators.service.js';

@Resolver()
export class EstimatorsResolver {
  constructor(private readonly estimatorsService: EstimatorsService) {}

  @Query(() => [EstimatorInfo], { description: 'Registered estimators.' })
  @Role('viewer')
  estimators() {
    return [...estimatorByField.values()].map(estimatorInfo);
  }

  @Query(() => EstimateResult, { description: 'One estimator on the columns of one table of a registered source of files.', complexity: 2000 })
  @Role('analyst')
  estimate(
    @Args('source', { description: 'name of a registered source' }) source: string,
    @Args('table', { description: 'table of the source' }) table: string,
    @Args('using', { description: 'the estimator' }) using: EstimatorChoice,
    @Args('seed', { type: () => SafeInt, defaultValue: 1, description: 'of the random streams, 0 to 2^32 - 1' }) seed: number,
  ) {
    return this.estimatorsService.estimate(source, table, using, seed);
  }
}

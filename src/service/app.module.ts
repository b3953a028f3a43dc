import { BullModule } from '@nestjs/bullmq';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule, GraphQLSchemaHost } from '@nestjs/graphql';
import { AnalysesResolver } from './analyses/analyses.resolver.js';
import { AnalysesService } from './analyses/analyses.service.js';
import { ProgressService } from './analyses/progress.service.js';
import { StoredResultsService } from './analyses/stored-results.service.js';
import { ApiKeysResolver } from './auth/api-keys.resolver.js';
import { ApiKeysService } from './auth/api-keys.service.js';
import { RoleGuard } from './auth/role.guard.js';
import { CONFIG, type Config } from './config.js';
import { PrismaService } from './database/prisma.service.js';
import { DatasourcesResolver } from './datasources/datasources.resolver.js';
import { DatasourcesService } from './datasources/datasources.service.js';
import { DecisionsResolver } from './decisions/decisions.resolver.js';
import { DecisionsService } from './decisions/decisions.service.js';
import { ExperimentsResolver } from './experiments/experiments.resolver.js';
import { ExperimentsService } from './experiments/experiments.service.js';
import { EstimatorsResolver } from './estimators/estimators.resolver.js';
import { EstimatorsService } from './estimators/estimators.service.js';
import { ExposureFileService } from './exposures/exposure-file.service.js';
import { ExposuresController } from './exposures/exposures.controller.js';
import { ExposuresService } from './exposures/exposures.service.js';
import { FlagTableService } from './flags/flag-table.service.js';
import { FlagsResolver } from './flags/flags.resolver.js';
import { FlagsService } from './flags/flags.service.js';
import { LayersResolver } from './flags/layers.resolver.js';
import { graphqlOptions } from './graphql/graphql-options.js';
import { ImmutableResponsesPlugin } from './graphql/immutable-responses.plugin.js';
import { LimitsPlugin } from './graphql/limits.plugin.js';
import { RequestErrorFilter } from './graphql/request-error.filter.js';
import { HealthController } from './health/health.controller.js';
import { PrometheusController } from './health/metrics.controller.js';
import { InteractionsResolver } from './interactions/interactions.resolver.js';
import { InteractionsService } from './interactions/interactions.service.js';
import { QUEUE, queueConnection } from './jobs/queue.js';
import { ReconcilerService } from './jobs/reconciler.service.js';
import { WorkerProcessesService } from './jobs/worker-processes.service.js';
import { LOGGER, type Logger } from './logger.js';
import { MetricsResolver } from './metrics/metrics.resolver.js';
import { MetricsService } from './metrics/metrics.service.js';
import { ModelJobsService } from './models/model-jobs.service.js';
import { ModelsController } from './models/models.controller.js';
import { ModelJobsResolver, UpliftModelsResolver } from './models/uplift-models.resolver.js';
import { UpliftModelsService } from './models/uplift-models.service.js';
import { PinnedVersionsResolver, UpliftVersionsResolver } from './models/uplift-versions.resolver.js';
import { FeatureVersionsResolver, ModelVersionsResolver } from './models/versions.resolver.js';
import { EvaluationService } from './ofrep/evaluation.service.js';
import { OfrepController } from './ofrep/ofrep.controller.js';
import { PlanningResolver } from './planning/planning.resolver.js';
import { PlanningService } from './planning/planning.service.js';
import { ReportsController } from './reports/reports.controller.js';
import { ReportsResolver } from './reports/reports.resolver.js';
import { ReportsService } from './reports/reports.service.js';

/** What every other module needs. */
@Global()
@Module({})
class CoreModule {
  static with(config: Config, log: Logger): DynamicModule {
    const providers = [{ provide: CONFIG, useValue: config }, { provide: LOGGER, useValue: log }, PrismaService, ApiKeysService];
    return { module: CoreModule, providers, exports: providers };
  }
}

@Module({})
export class AppModule {
  static with(config: Config, log: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CoreModule.with(config, log),
        BullModule.forRoot({ connection: queueConnection(config) }),
        BullModule.registerQueue({ name: QUEUE }),
        GraphQLModule.forRootAsync<ApolloDriverConfig>({
          driver: ApolloDriver,
          inject: [PrismaService, ApiKeysService, GraphQLSchemaHost],
          useFactory: (prisma: PrismaService, keys: ApiKeysService, schemaHost: GraphQLSchemaHost) => graphqlOptions({ prisma, keys, config, log }, schemaHost),
        }),
      ],
      controllers: [OfrepController, ExposuresController, ReportsController, ModelsController, HealthController, PrometheusController],
      providers: [
        { provide: APP_GUARD, useClass: RoleGuard }, { provide: APP_FILTER, useClass: RequestErrorFilter }, LimitsPlugin, ImmutableResponsesPlugin,
        ApiKeysResolver, DatasourcesResolver, DatasourcesService, MetricsResolver, MetricsService, ExperimentsResolver, ExperimentsService,
        AnalysesResolver, AnalysesService, StoredResultsService, ProgressService, DecisionsResolver, DecisionsService, InteractionsResolver, InteractionsService,
        UpliftModelsResolver, UpliftModelsService, ModelJobsResolver, ModelJobsService, UpliftVersionsResolver, PinnedVersionsResolver,
        ModelVersionsResolver, FeatureVersionsResolver, EstimatorsResolver, EstimatorsService, PlanningResolver, PlanningService,
        FlagsResolver, FlagsService, FlagTableService, LayersResolver, EvaluationService, ExposuresService, ExposureFileService, ReportsResolver, ReportsService, ReconcilerService, WorkerProcessesService,
      ],
    };
  }
}

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "Role" AS ENUM ('viewer', 'analyst', 'admin');

-- CreateEnum
CREATE TYPE "DatasourceKind" AS ENUM ('files', 'postgres');

-- CreateEnum
CREATE TYPE "ExperimentStatus" AS ENUM ('draft', 'running', 'stopped', 'archived');

-- CreateEnum
CREATE TYPE "AnalysisStatus" AS ENUM ('queued', 'running', 'completed', 'failed', 'cancelled');

-- CreateTable
CREATE TABLE "ApiKey" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "role" "Role" NOT NULL,
    "hash" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastUsedAt" TIMESTAMPTZ(6),
    "revokedAt" TIMESTAMPTZ(6),

    CONSTRAINT "ApiKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Datasource" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "DatasourceKind" NOT NULL,
    "config" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,

    CONSTRAINT "Datasource_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Metric" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Metric_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "MetricRevision" (
    "id" UUID NOT NULL,
    "metricId" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "definition" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,

    CONSTRAINT "MetricRevision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Experiment" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "status" "ExperimentStatus" NOT NULL DEFAULT 'draft',
    "plan" JSONB NOT NULL,
    "planHash" TEXT NOT NULL,
    "frozenPlan" JSONB,
    "frozenPlanHash" TEXT,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,
    "startedAt" TIMESTAMPTZ(6),
    "stoppedAt" TIMESTAMPTZ(6),
    "archivedAt" TIMESTAMPTZ(6),

    CONSTRAINT "Experiment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Analysis" (
    "id" UUID NOT NULL,
    "experimentId" UUID,
    "identity" TEXT NOT NULL,
    "planHash" TEXT NOT NULL,
    "frozenPlanHash" TEXT,
    "dataDigest" TEXT NOT NULL,
    "plan" JSONB NOT NULL,
    "frozenPlan" JSONB,
    "status" "AnalysisStatus" NOT NULL DEFAULT 'queued',
    "progress" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "message" TEXT NOT NULL DEFAULT '',
    "cancelRequested" BOOLEAN NOT NULL DEFAULT false,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "claim" UUID,
    "verdict" TEXT,
    "result" TEXT,
    "resultHash" TEXT,
    "error" TEXT,
    "errorPath" TEXT,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,
    "startedAt" TIMESTAMPTZ(6),
    "finishedAt" TIMESTAMPTZ(6),

    CONSTRAINT "Analysis_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DecisionRecord" (
    "id" UUID NOT NULL,
    "sequence" INTEGER NOT NULL,
    "experimentId" UUID,
    "analysisId" UUID NOT NULL,
    "approvesId" UUID,
    "verdict" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "previousHash" TEXT,
    "hash" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL,
    "createdBy" TEXT NOT NULL,

    CONSTRAINT "DecisionRecord_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ModelPin" (
    "id" UUID NOT NULL,
    "decisionId" UUID NOT NULL,
    "arm" TEXT NOT NULL,
    "registry" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "runId" TEXT,
    "digest" TEXT,

    CONSTRAINT "ModelPin_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "FeaturePin" (
    "id" UUID NOT NULL,
    "decisionId" UUID NOT NULL,
    "arm" TEXT NOT NULL,
    "store" TEXT NOT NULL,
    "view" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "schemaHash" TEXT,

    CONSTRAINT "FeaturePin_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "ApiKey_hash_key" ON "ApiKey"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "Datasource_name_key" ON "Datasource"("name");

-- CreateIndex
CREATE UNIQUE INDEX "Metric_name_key" ON "Metric"("name");

-- CreateIndex
CREATE UNIQUE INDEX "MetricRevision_metricId_revision_key" ON "MetricRevision"("metricId", "revision");

-- CreateIndex
CREATE UNIQUE INDEX "Experiment_key_key" ON "Experiment"("key");

-- CreateIndex
CREATE INDEX "Experiment_status_id_idx" ON "Experiment"("status", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Analysis_identity_key" ON "Analysis"("identity");

-- CreateIndex
CREATE INDEX "Analysis_experimentId_id_idx" ON "Analysis"("experimentId", "id");

-- CreateIndex
CREATE INDEX "Analysis_status_id_idx" ON "Analysis"("status", "id");

-- CreateIndex
CREATE UNIQUE INDEX "DecisionRecord_sequence_key" ON "DecisionRecord"("sequence");

-- CreateIndex
CREATE UNIQUE INDEX "DecisionRecord_hash_key" ON "DecisionRecord"("hash");

-- CreateIndex
CREATE INDEX "DecisionRecord_experimentId_sequence_idx" ON "DecisionRecord"("experimentId", "sequence");

-- CreateIndex
CREATE INDEX "DecisionRecord_analysisId_idx" ON "DecisionRecord"("analysisId");

-- CreateIndex
CREATE INDEX "DecisionRecord_approvesId_idx" ON "DecisionRecord"("approvesId");

-- CreateIndex
CREATE INDEX "ModelPin_registry_name_version_idx" ON "ModelPin"("registry", "name", "version");

-- CreateIndex
CREATE INDEX "ModelPin_decisionId_idx" ON "ModelPin"("decisionId");

-- CreateIndex
CREATE INDEX "FeaturePin_store_view_version_idx" ON "FeaturePin"("store", "view", "version");

-- CreateIndex
CREATE INDEX "FeaturePin_decisionId_idx" ON "FeaturePin"("decisionId");

-- AddForeignKey
ALTER TABLE "MetricRevision" ADD CONSTRAINT "MetricRevision_metricId_fkey" FOREIGN KEY ("metricId") REFERENCES "Metric"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Analysis" ADD CONSTRAINT "Analysis_experimentId_fkey" FOREIGN KEY ("experimentId") REFERENCES "Experiment"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DecisionRecord" ADD CONSTRAINT "DecisionRecord_experimentId_fkey" FOREIGN KEY ("experimentId") REFERENCES "Experiment"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DecisionRecord" ADD CONSTRAINT "DecisionRecord_analysisId_fkey" FOREIGN KEY ("analysisId") REFERENCES "Analysis"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DecisionRecord" ADD CONSTRAINT "DecisionRecord_approvesId_fkey" FOREIGN KEY ("approvesId") REFERENCES "DecisionRecord"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ModelPin" ADD CONSTRAINT "ModelPin_decisionId_fkey" FOREIGN KEY ("decisionId") REFERENCES "DecisionRecord"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FeaturePin" ADD CONSTRAINT "FeaturePin_decisionId_fkey" FOREIGN KEY ("decisionId") REFERENCES "DecisionRecord"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- By hand from here: what Prisma's schema cannot say.

-- Evidence is append-only, whoever writes.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER decision_record_append_only BEFORE UPDATE OR DELETE ON "DecisionRecord" FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_record_no_truncate BEFORE TRUNCATE ON "DecisionRecord" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER model_pin_append_only BEFORE UPDATE OR DELETE ON "ModelPin" FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER model_pin_no_truncate BEFORE TRUNCATE ON "ModelPin" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER feature_pin_append_only BEFORE UPDATE OR DELETE ON "FeaturePin" FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER feature_pin_no_truncate BEFORE TRUNCATE ON "FeaturePin" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER metric_revision_append_only BEFORE UPDATE ON "MetricRevision" FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A completed analysis is evidence: its result never changes and never goes away.
CREATE FUNCTION refuse_change_of_completed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'analysis % is completed: % refused', OLD."id", TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER analysis_completed_once BEFORE UPDATE OR DELETE ON "Analysis" FOR EACH ROW
    WHEN (OLD."status" = 'completed') EXECUTE FUNCTION refuse_change_of_completed();

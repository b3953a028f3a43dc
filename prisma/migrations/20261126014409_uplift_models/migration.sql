-- CreateEnum
CREATE TYPE "ModelJobKind" AS ENUM ('train', 'score');

-- CreateTable
CREATE TABLE "UpliftModel" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,

    CONSTRAINT "UpliftModel_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "UpliftModelVersion" (
    "id" UUID NOT NULL,
    "modelId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "card" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "specHash" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "codeVersion" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,

    CONSTRAINT "UpliftModelVersion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ModelJob" (
    "id" UUID NOT NULL,
    "kind" "ModelJobKind" NOT NULL,
    "identity" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "request" JSONB NOT NULL,
    "dataDigest" TEXT NOT NULL,
    "status" "AnalysisStatus" NOT NULL DEFAULT 'queued',
    "progress" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "message" TEXT NOT NULL DEFAULT '',
    "cancelRequested" BOOLEAN NOT NULL DEFAULT false,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "claim" UUID,
    "versionId" UUID,
    "rows" INTEGER,
    "withoutEffect" INTEGER,
    "error" TEXT,
    "errorPath" TEXT,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,
    "startedAt" TIMESTAMPTZ(6),
    "finishedAt" TIMESTAMPTZ(6),

    CONSTRAINT "ModelJob_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "UpliftModel_name_key" ON "UpliftModel"("name");

-- CreateIndex
CREATE INDEX "UpliftModelVersion_digest_idx" ON "UpliftModelVersion"("digest");

-- CreateIndex
CREATE UNIQUE INDEX "UpliftModelVersion_modelId_number_key" ON "UpliftModelVersion"("modelId", "number");

-- CreateIndex
CREATE UNIQUE INDEX "ModelJob_identity_key" ON "ModelJob"("identity");

-- CreateIndex
CREATE INDEX "ModelJob_model_id_idx" ON "ModelJob"("model", "id");

-- CreateIndex
CREATE INDEX "ModelJob_status_id_idx" ON "ModelJob"("status", "id");

-- CreateIndex
CREATE INDEX "ModelJob_versionId_idx" ON "ModelJob"("versionId");

-- AddForeignKey
ALTER TABLE "UpliftModelVersion" ADD CONSTRAINT "UpliftModelVersion_modelId_fkey" FOREIGN KEY ("modelId") REFERENCES "UpliftModel"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ModelJob" ADD CONSTRAINT "ModelJob_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "UpliftModelVersion"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- By hand from here: what Prisma's schema cannot say.

-- A version that was trained never changes and never goes away.
CREATE TRIGGER uplift_model_version_append_only BEFORE UPDATE OR DELETE ON "UpliftModelVersion" FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER uplift_model_version_no_truncate BEFORE TRUNCATE ON "UpliftModelVersion" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

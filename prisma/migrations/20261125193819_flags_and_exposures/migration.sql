-- AlterEnum
ALTER TYPE "Role" ADD VALUE 'evaluator';

-- CreateTable
CREATE TABLE "Layer" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,

    CONSTRAINT "Layer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Flag" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "experimentId" UUID,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archivedAt" TIMESTAMPTZ(6),

    CONSTRAINT "Flag_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "FlagRevision" (
    "id" UUID NOT NULL,
    "flagId" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "definition" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,

    CONSTRAINT "FlagRevision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Exposure" (
    "id" BIGSERIAL NOT NULL,
    "flag" TEXT NOT NULL,
    "bucketVersion" INTEGER NOT NULL,
    "unit" TEXT NOT NULL,
    "variation" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "exposedAt" TIMESTAMPTZ(6) NOT NULL,
    "attributes" JSONB NOT NULL,

    CONSTRAINT "Exposure_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Layer_name_key" ON "Layer"("name");

-- CreateIndex
CREATE UNIQUE INDEX "Flag_key_key" ON "Flag"("key");

-- CreateIndex
CREATE INDEX "Flag_experimentId_idx" ON "Flag"("experimentId");

-- CreateIndex
CREATE UNIQUE INDEX "FlagRevision_flagId_revision_key" ON "FlagRevision"("flagId", "revision");

-- CreateIndex
CREATE INDEX "Exposure_flag_bucketVersion_id_idx" ON "Exposure"("flag", "bucketVersion", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Exposure_flag_unit_bucketVersion_variation_key" ON "Exposure"("flag", "unit", "bucketVersion", "variation");

-- AddForeignKey
ALTER TABLE "Flag" ADD CONSTRAINT "Flag_experimentId_fkey" FOREIGN KEY ("experimentId") REFERENCES "Experiment"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FlagRevision" ADD CONSTRAINT "FlagRevision_flagId_fkey" FOREIGN KEY ("flagId") REFERENCES "Flag"("id") ON DELETE CASCADE ON UPDATE CASCADE;

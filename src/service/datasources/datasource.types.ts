import { Field, GraphQLISODateTime, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { DatasourceKind } from '../../generated/prisma/enums.js';
import { connectionOf } from '../graphql/connection.js';
import { resultOf } from '../graphql/failures.js';
import { Json } from '../graphql/scalars.js';

registerEnumType(DatasourceKind, {
  name: 'SourceKind', description: 'Where tables are.',
  valuesMap: { files: { description: 'files of a folder, read by DuckDB' }, postgres: { description: 'a PostgreSQL database' } },
});

@ObjectType({ description: 'A data source that plans may name.' })
export class Source {
  @Field(() => ID, { description: 'id of the source' }) id: string;
  @Field({ description: 'the name by which plans know it' }) name: string;
  @Field(() => DatasourceKind, { description: 'where its tables are' }) kind: DatasourceKind;
  @Field(() => [String], { description: 'names of its tables; empty for a database, which has too many' }) tables: string[];
  @Field(() => GraphQLISODateTime, { description: 'when it was registered' }) createdAt: Date;
  @Field({ description: 'who registered it' }) createdBy: string;
}

@InputType({ description: 'Files: CSV, Parquet, Arrow IPC or NDJSON.' })
export class FilesLocation {
  @Field({ description: 'folder on the machine of the service; it must lie in one of the folders that the service may read' }) folder: string;
  @Field(() => Json, { nullable: true, description: 'table name -> { path, format, rowNumber, timezone }, with paths inside the folder; absent: every data file of the folder by its name' }) tables?: unknown;
}

@InputType({ description: 'A database. Its connection string stays in the environment of the service.' })
export class PostgresLocation {
  @Field({ description: 'environment variable that holds the connection string, such as env:WAREHOUSE_URL' }) url: string;
  @Field({ defaultValue: 'public', description: 'schema of the tables' }) schema: string;
}

@InputType({ description: 'A data source to register: either files or postgres.', isOneOf: true })
export class SourceLocation {
  @Field(() => FilesLocation, { nullable: true, description: 'files of a folder' }) files?: FilesLocation;
  @Field(() => PostgresLocation, { nullable: true, description: 'a PostgreSQL database' }) postgres?: PostgresLocation;
}

export const SourceConnection = connectionOf('Source', Source);
export const RegisterSourceResult = resultOf('RegisterSourceResult', () => Source, 'The registered source, or why it was not.');
export const RemoveSourceResult = resultOf('RemoveSourceResult', () => Source, 'The source that was removed, or why it was not.');

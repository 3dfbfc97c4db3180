import type { SchemaChangeSqlWriter } from '../../../dialect/schema-writer.ts'
import { type SqlStatement, sql } from '../../../dialect/sql.ts'
import type { SchemaObject, SchemaObjectKind } from '../../../schema/object.ts'
import type { ObjectKindWriters } from '../../kind-writer.ts'
import { type SchemaChangeSqlRules, writeSchemaChangeSql } from '../../write-change.ts'
import { postgresFunctionWriter, postgresRowSecurityPolicyWriter, postgresTriggerWriter, postgresViewWriter } from './code.ts'
import { dropReplacedDefaultSql, postgresColumnWriter, restoreDefaultSql } from './columns.ts'
import {
  postgresCheckWriter,
  postgresExclusionWriter,
  postgresForeignKeyWriter,
  postgresIndexWriter,
  postgresPrimaryKeyWriter,
  postgresUniqueKeyWriter,
} from './constraints.ts'
import { postgresPartitionWriter, postgresTableWriter } from './tables.ts'
import { renderPostgresStatementAsText } from './text.ts'
import {
  postgresDomainWriter,
  postgresEnumWriter,
  postgresExtensionWriter,
  postgresOpaqueObjectWriter,
  postgresSchemaNamespaceWriter,
  postgresSequenceWriter,
  setSequenceOwnerSql,
} from './types.ts'

const WRITERS: ObjectKindWriters = {
  'table': postgresTableWriter,
  'partition': postgresPartitionWriter,
  'column': postgresColumnWriter,
  'primary-key': postgresPrimaryKeyWriter,
  'unique': postgresUniqueKeyWriter,
  'check': postgresCheckWriter,
  'exclusion': postgresExclusionWriter,
  'foreign-key': postgresForeignKeyWriter,
  'index': postgresIndexWriter,
  'trigger': postgresTriggerWriter,
  'policy': postgresRowSecurityPolicyWriter,
  'view': postgresViewWriter,
  'function': postgresFunctionWriter,
  'enum': postgresEnumWriter,
  'domain': postgresDomainWriter,
  'sequence': postgresSequenceWriter,
  'extension': postgresExtensionWriter,
  'schema': postgresSchemaNamespaceWriter,
  'opaque': postgresOpaqueObjectWriter,
}

/** Writes the SQL that changes the schema of a PostgreSQL database from one state to another. */
export const writePostgresSchemaChangeSql: SchemaChangeSqlWriter = (from, to) => writeSchemaChangeSql(SERVER, from, to)

const SERVER: SchemaChangeSqlRules = {
  writers: WRITERS,
  render: renderPostgresStatementAsText,
  partsOfTable: new Set(['column']),
  blocks,
  propertiesFixedByViews: new Set(['type', 'collation']),
  statementsBeforeDrops: (before, after) =>
    before.kind === 'column' && after.kind === 'column' ? dropReplacedDefaultSql(before, after) : [],
  statementsAtEnd,
  // The body of a function can name a table that a later statement of the script creates, so the server must not check the body.
  statementsAtStart: (created) => (created.some(({ kind }) => kind === 'function') ? [sql`SET check_function_bodies = off`] : []),
}

function statementsAtEnd(after: SchemaObject, before?: SchemaObject): readonly SqlStatement[] {
  if (after.kind === 'sequence') return setSequenceOwnerSql(after, before?.kind === 'sequence' ? before : undefined)
  return after.kind === 'column' && before?.kind === 'column' ? restoreDefaultSql(before, after) : []
}

/** The kinds of objects whose definitions PostgreSQL does not adapt when the type of a column changes. */
const FIXED_BY_TYPES: ReadonlySet<SchemaObjectKind> = new Set(['view', 'trigger', 'policy', 'function'])

/** The kinds of objects that a script can drop and create again without a loss of rows. */
const RECREATABLE: ReadonlySet<SchemaObjectKind> = new Set([
  'primary-key',
  'unique',
  'check',
  'exclusion',
  'foreign-key',
  'index',
  'trigger',
  'policy',
  'view',
  'function',
])

function blocks(dependent: SchemaObject, _: SchemaObject, change: 'dropped' | 'altered'): boolean {
  if (dependent.kind === 'column') return dependent.generated !== undefined
  return change === 'dropped' ? RECREATABLE.has(dependent.kind) : FIXED_BY_TYPES.has(dependent.kind)
}

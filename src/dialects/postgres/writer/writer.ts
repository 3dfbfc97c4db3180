import type { SchemaWriter } from '../../../dialect/schema-writer.ts'
import { type SqlStatement, sql } from '../../../dialect/sql.ts'
import type { SchemaObject, SchemaObjectKind } from '../../../schema/object.ts'
import type { KindWriters } from '../../kind-writer.ts'
import { type ServerWriter, writeSchemaChange } from '../../write-change.ts'
import { functionWriter, policyWriter, triggerWriter, viewWriter } from './code.ts'
import { columnWriter, releaseColumn, restoreDefault } from './columns.ts'
import { checkWriter, foreignKeyWriter, indexWriter, primaryKeyWriter, uniqueWriter } from './constraints.ts'
import { partitionWriter, tableWriter } from './tables.ts'
import { renderPostgresText } from './text.ts'
import { domainWriter, enumWriter, extensionWriter, opaqueWriter, ownSequence, schemaWriter, sequenceWriter } from './types.ts'

const WRITERS: KindWriters = {
  'table': tableWriter,
  'partition': partitionWriter,
  'column': columnWriter,
  'primary-key': primaryKeyWriter,
  'unique': uniqueWriter,
  'check': checkWriter,
  'foreign-key': foreignKeyWriter,
  'index': indexWriter,
  'trigger': triggerWriter,
  'policy': policyWriter,
  'view': viewWriter,
  'function': functionWriter,
  'enum': enumWriter,
  'domain': domainWriter,
  'sequence': sequenceWriter,
  'extension': extensionWriter,
  'schema': schemaWriter,
  'opaque': opaqueWriter,
}

/** Writes the SQL that leads from one state of a PostgreSQL database to another. */
export const writePostgresSchema: SchemaWriter = (from, to) => writeSchemaChange(SERVER, from, to)

const SERVER: ServerWriter = {
  writers: WRITERS,
  render: renderPostgresText,
  partsOfTable: new Set(['column']),
  blocks,
  reshapes: new Set(['type', 'collation']),
  release: (before, after) => (before.kind === 'column' && after.kind === 'column' ? releaseColumn(before, after) : []),
  finish,
  // The body of a function may name a table that a later statement creates.
  prepare: (created) => (created.some(({ kind }) => kind === 'function') ? [sql`SET check_function_bodies = off`] : []),
}

function finish(after: SchemaObject, before?: SchemaObject): readonly SqlStatement[] {
  if (after.kind === 'sequence') return ownSequence(after, before?.kind === 'sequence' ? before : undefined)
  return after.kind === 'column' && before?.kind === 'column' ? restoreDefault(before, after) : []
}

/** The kinds whose definitions PostgreSQL does not adapt when the type of a column changes. */
const FIXED_BY_TYPES: ReadonlySet<SchemaObjectKind> = new Set(['view', 'trigger', 'policy', 'function'])

/** The kinds that are dropped and created without a loss of rows. */
const RECREATABLE: ReadonlySet<SchemaObjectKind> = new Set([
  'primary-key',
  'unique',
  'check',
  'foreign-key',
  'index',
  'trigger',
  'policy',
  'view',
  'function',
])

function blocks(dependent: SchemaObject, _: SchemaObject, change: 'dropped' | 'reshaped'): boolean {
  if (dependent.kind === 'column') return dependent.generated !== undefined
  return change === 'dropped' ? RECREATABLE.has(dependent.kind) : FIXED_BY_TYPES.has(dependent.kind)
}

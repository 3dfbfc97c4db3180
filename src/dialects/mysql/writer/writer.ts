import type { SchemaWriter } from '../../../dialect/schema-writer.ts'
import { type SqlStatement, sql } from '../../../dialect/sql.ts'
import type { SchemaObject, SchemaObjectKind } from '../../../schema/object.ts'
import type { KindWriters } from '../../kind-writer.ts'
import { type SchemaWriterRules, writeSchemaChange } from '../../write-change.ts'
import { domainWriter, enumWriter, extensionWriter, partitionWriter, policyWriter, schemaWriter } from './absent.ts'
import { functionWriter, opaqueWriter, sequenceWriter, triggerWriter, viewWriter } from './code.ts'
import {
  checkLine,
  checkWriter,
  foreignKeyWriter,
  indexLine,
  keyLine,
  makeIndexWriter,
  makeKeyWriter,
  shortenPrimaryKeySql,
  type UnusedIndexKeyword,
} from './constraints.ts'
import { checkOfColumn, columnDefinition, columnWriter, makeTableWriter } from './tables.ts'
import { renderMysqlText } from './text.ts'
import { isZeroDate, MODE_WITH_ZERO_DATES } from './zero-date.ts'

/** Writes the SQL that changes the schema of a MySQL database from one state to another. */
export const writeMysqlSchema: SchemaWriter = (from, to) => writeSchemaChange(MYSQL, from, to)

/** Writes the SQL that changes the schema of a MariaDB database from one state to another. */
export const writeMariadbSchema: SchemaWriter = (from, to) => writeSchemaChange(MARIADB, from, to)

const MYSQL = makeServerWriter('INVISIBLE')
const MARIADB = makeServerWriter('IGNORED')

function makeServerWriter(unused: UnusedIndexKeyword): SchemaWriterRules {
  return {
    writers: makeKindWriters(unused),
    render: renderMysqlText,
    partsOfTable: new Set(['column', 'primary-key', 'unique', 'index', 'check']),
    blocks,
    attributesFixedByViews: new Set(['type', 'collation']),
    statementsBeforeDrops: (before, after) =>
      before.kind === 'primary-key' && after.kind === 'primary-key' ? shortenPrimaryKeySql(before, after, unused) : [],
    statementsAtEnd: () => [],
    statementsAtStart: (created) => (created.some(hasZeroDate) ? [ALLOW_ZERO_DATES] : []),
  }
}

// In its default SQL mode, MySQL refuses a column whose default is a zero date. The statement removes only the modes about zero
// dates, because the server stores the whole mode with each routine and trigger that the script creates.
const ALLOW_ZERO_DATES = sql`SET sql_mode = ${MODE_WITH_ZERO_DATES}`

function hasZeroDate(object: SchemaObject): boolean {
  return object.kind === 'column' && isZeroDate(object.type, object.default?.replace(/^'/, ''))
}

function makeKindWriters(unused: UnusedIndexKeyword): KindWriters {
  return {
    'table': makeTableWriter((part, parts) => lineOf(part, parts, unused)),
    'partition': partitionWriter,
    'column': columnWriter,
    'primary-key': makeKeyWriter(unused),
    'unique': makeKeyWriter(unused),
    'check': checkWriter,
    'foreign-key': foreignKeyWriter,
    'index': makeIndexWriter(unused),
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
}

function lineOf(part: SchemaObject, parts: readonly SchemaObject[], unused: UnusedIndexKeyword): SqlStatement | undefined {
  if (part.kind === 'column') return columnDefinition(part, checkOfColumn(part, parts))
  if (part.kind === 'primary-key' || part.kind === 'unique') return keyLine(part, unused)
  if (part.kind === 'index') return indexLine(part, unused)
  return part.kind === 'check' && !part.ofColumn ? checkLine(part) : undefined
}

const ON_COLUMNS: ReadonlySet<SchemaObjectKind> = new Set(['primary-key', 'unique', 'index', 'check', 'foreign-key'])

/**
 * Returns true if the server refuses to change or drop the object `needed` while `dependent` exists. For example, the server
 * changes the type of a column only while no foreign key uses the column.
 */
function blocks(dependent: SchemaObject, needed: SchemaObject, change: 'dropped' | 'altered'): boolean {
  if (change === 'altered') return dependent.kind === 'foreign-key'
  return needed.kind === 'column' && ON_COLUMNS.has(dependent.kind)
}

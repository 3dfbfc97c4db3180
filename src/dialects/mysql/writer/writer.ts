import type { SchemaChangeSqlWriter } from '../../../dialect/schema-writer.ts'
import { type SqlStatement, sql } from '../../../dialect/sql.ts'
import type { SchemaObject, SchemaObjectKind } from '../../../schema/object.ts'
import type { ObjectKindWriters } from '../../kind-writer.ts'
import { type SchemaChangeSqlRules, writeSchemaChangeSql } from '../../write-change.ts'
import {
  mysqlDomainWriter,
  mysqlEnumWriter,
  mysqlExclusionWriter,
  mysqlExtensionWriter,
  mysqlPartitionWriter,
  mysqlRowSecurityPolicyWriter,
  mysqlSchemaNamespaceWriter,
} from './absent.ts'
import { mysqlFunctionWriter, mysqlOpaqueObjectWriter, mysqlSequenceWriter, mysqlTriggerWriter, mysqlViewWriter } from './code.ts'
import {
  checkConstraintLineSql,
  indexLineSql,
  keyLineSql,
  makeMysqlIndexWriter,
  makeMysqlKeyWriter,
  mysqlCheckWriter,
  mysqlForeignKeyWriter,
  shortenPrimaryKeySql,
  type UnusedIndexKeyword,
} from './constraints.ts'
import { checkConstraintOfColumn, makeMysqlTableWriter, mysqlColumnDefinitionSql, mysqlColumnWriter } from './tables.ts'
import { renderMysqlStatementAsText } from './text.ts'
import { isZeroDate, SQL_MODE_WITH_ZERO_DATES_EXPRESSION } from './zero-date.ts'

/** Writes the SQL that changes the schema of a MySQL database from one state to another. */
export const writeMysqlSchemaChangeSql: SchemaChangeSqlWriter = (from, to) => writeSchemaChangeSql(MYSQL, from, to)

/** Writes the SQL that changes the schema of a MariaDB database from one state to another. */
export const writeMariadbSchemaChangeSql: SchemaChangeSqlWriter = (from, to) => writeSchemaChangeSql(MARIADB, from, to)

const MYSQL = makeServerWriter('INVISIBLE')
const MARIADB = makeServerWriter('IGNORED')

function makeServerWriter(unused: UnusedIndexKeyword): SchemaChangeSqlRules {
  return {
    writers: makeKindWriters(unused),
    render: renderMysqlStatementAsText,
    partsOfTable: new Set(['column', 'primary-key', 'unique', 'index', 'check']),
    blocks,
    propertiesFixedByViews: new Set(['type', 'collation']),
    statementsBeforeDrops: (before, after) =>
      before.kind === 'primary-key' && after.kind === 'primary-key' ? shortenPrimaryKeySql(before, after, unused) : [],
    statementsAtEnd: () => [],
    statementsAtStart: (created) => (created.some(hasZeroDate) ? [ALLOW_ZERO_DATES] : []),
  }
}

// In its default SQL mode, MySQL refuses a column whose default is a zero date. The SET statement removes only the modes about zero
// dates from the SQL mode. All other modes stay, because the server stores the SQL mode with each routine and trigger that the
// script creates.
const ALLOW_ZERO_DATES = sql`SET sql_mode = ${SQL_MODE_WITH_ZERO_DATES_EXPRESSION}`

function hasZeroDate(object: SchemaObject): boolean {
  return object.kind === 'column' && isZeroDate(object.type, object.default?.replace(/^'/, ''))
}

function makeKindWriters(unused: UnusedIndexKeyword): ObjectKindWriters {
  return {
    'table': makeMysqlTableWriter((part, parts) => lineOf(part, parts, unused)),
    'partition': mysqlPartitionWriter,
    'column': mysqlColumnWriter,
    'primary-key': makeMysqlKeyWriter(unused),
    'unique': makeMysqlKeyWriter(unused),
    'check': mysqlCheckWriter,
    'exclusion': mysqlExclusionWriter,
    'foreign-key': mysqlForeignKeyWriter,
    'index': makeMysqlIndexWriter(unused),
    'trigger': mysqlTriggerWriter,
    'policy': mysqlRowSecurityPolicyWriter,
    'view': mysqlViewWriter,
    'function': mysqlFunctionWriter,
    'enum': mysqlEnumWriter,
    'domain': mysqlDomainWriter,
    'sequence': mysqlSequenceWriter,
    'extension': mysqlExtensionWriter,
    'schema': mysqlSchemaNamespaceWriter,
    'opaque': mysqlOpaqueObjectWriter,
  }
}

function lineOf(part: SchemaObject, parts: readonly SchemaObject[], unused: UnusedIndexKeyword): SqlStatement | undefined {
  if (part.kind === 'column') return mysqlColumnDefinitionSql(part, checkConstraintOfColumn(part, parts))
  if (part.kind === 'primary-key' || part.kind === 'unique') return keyLineSql(part, unused)
  if (part.kind === 'index') return indexLineSql(part, unused)
  return part.kind === 'check' && !part.ofColumn ? checkConstraintLineSql(part) : undefined
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

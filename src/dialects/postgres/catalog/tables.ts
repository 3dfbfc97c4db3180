import type { ColumnObject, PartitionObject, TableObject } from '../../../schema/object.ts'
import { canonicalizePostgresDefinition } from './canonical.ts'
import {
  dependsOnField,
  makePostgresOpaqueObject,
  optionalField,
  optionalListField,
  type SchemaObjectWithServerId,
} from './catalog-object.ts'
import { isUnvalidatedNotNull, makePostgresConstraintObject } from './constraints.ts'
import { makePostgresTableFacts, type PostgresTableFacts } from './facts.ts'
import { makePostgresIndexObjects } from './indexes.ts'
import { makePostgresRowSecurityPolicyObject } from './policies.ts'
import type { PostgresColumnRow, PostgresPartitionRow, PostgresRelationRow, PostgresViewColumnRow } from './table-query.ts'
import { makePostgresTriggerObjects } from './triggers.ts'
import type { PostgresDependencyRow } from './use-query.ts'

/**
 * Returns the schema objects of a relation. For a table or partition, these are the table itself and its columns, constraints,
 * indexes and triggers. For a view, these are only its triggers and similar objects. The result does not contain objects that a
 * partition inherits unchanged.
 */
export function makePostgresTableObjects(
  row: PostgresRelationRow,
  uses: readonly PostgresDependencyRow[],
): readonly SchemaObjectWithServerId[] {
  const facts = makePostgresTableFacts(row, uses)
  const constraints = row.constraints ?? []
  return [
    ...(row.kind === 'v' || row.kind === 'm'
      ? []
      : [{ object: row.partition ? partitionObject(row, row.partition) : tableObject(row), identity: row.oid }]),
    ...(row.columns ?? []).flatMap((column) => columnObjects(column, row, facts)),
    ...(row.viewColumns ?? []).flatMap((column) => viewDefaults(column, row, facts)),
    ...constraints.map((one) => ({ object: makePostgresConstraintObject(one, facts), identity: String(one.oid) })),
    ...(row.indexes ?? []).flatMap((one) => makePostgresIndexObjects(one, facts)),
    ...makePostgresTriggerObjects(row.triggers ?? [], facts),
    ...(row.policies ?? []).map((one) => ({ object: makePostgresRowSecurityPolicyObject(one, facts), identity: String(one.oid) })),
    ...(row.others ?? []).map(({ oid, what, name, definition, comment }) => ({
      object: {
        ...makePostgresOpaqueObject(what, name, canonicalizePostgresDefinition(definition), row.name),
        ...optionalField('comment', comment),
        ...dependsOnField(facts.uses(what, oid)),
      },
      identity: String(oid),
    })),
  ]
}

function tableObject(row: PostgresRelationRow): TableObject {
  return {
    kind: 'table',
    name: row.name,
    columns: (row.columns ?? []).map((column) => column.name),
    ...tableFacts(row),
  }
}

function partitionObject(row: PostgresRelationRow, { of, bound, detaching }: PostgresPartitionRow): PartitionObject {
  return { kind: 'partition', name: row.name, of, bound: `${bound ?? ''}${detaching ? ' DETACH PENDING' : ''}`, ...tableFacts(row) }
}

function tableFacts(row: PostgresRelationRow) {
  const traits = [
    row.unlogged && 'unlogged',
    row.kind === 'f' && 'foreign',
    row.secured && 'row level security',
    row.forced && 'forced row level security',
    row.replica !== null && `replica identity ${row.replica}`,
    row.typed !== null && `of ${row.typed}`,
    ...(row.inherits ?? []).map((parent) => `inherits ${parent}`),
    ...(row.unlike ?? []),
  ].filter((trait) => trait !== false)
  return {
    owner: row.owner,
    ...optionalField('partitioning', row.partitioning && canonicalizePostgresDefinition(row.partitioning)),
    ...optionalListField('traits', traits.sort()),
    ...optionalField('comment', commentOn(row, 0)),
  }
}

function columnObjects(
  column: PostgresColumnRow,
  row: PostgresRelationRow,
  facts: PostgresTableFacts,
): readonly SchemaObjectWithServerId[] {
  if (!column.own && commentOn(row, column.number) === undefined) return []
  const identity = `${row.oid}.${column.number}`
  const used = facts.uses('column', column.number)
  const expression = canonicalizePostgresDefinition(column.default ?? '')
  const isUnproven = (row.constraints ?? []).some((one) => isUnvalidatedNotNull(one) && one.columns?.[0] === column.number)
  const object: ColumnObject = {
    kind: 'column',
    table: row.name,
    name: column.name,
    type: column.type,
    // If a NOT NULL constraint is not validated, a schema state contains the constraint as a separate object, and the column
    // counts as nullable.
    nullable: !column.required || isUnproven,
    ...optionalField('default', column.generated === '' && expression),
    ...optionalField('generated', column.generated !== '' && { expression, stored: column.generated === 's' }),
    ...optionalField('identity', identityOf(column)),
    ...optionalField('collation', column.collation),
    ...optionalField('comment', commentOn(row, column.number)),
    ...dependsOnField(used, `column:${row.name}.${column.name}`),
  }
  const unusual = !row.partition && column.identityOptions !== null && !isUsual(column.identityOptions)
  if (!unusual) return [{ object, identity }]
  return [
    { object, identity },
    {
      object: makePostgresOpaqueObject('identity options', column.name, column.identityOptions ?? '', row.name),
      identity: `${identity}.identity`,
    },
  ]
}

/**
 * Returns the schema object for the default value of a column of a view, or an empty list for a column without a default value.
 * The server uses the default value for an INSERT through the view.
 */
function viewDefaults(
  column: PostgresViewColumnRow,
  row: PostgresRelationRow,
  facts: PostgresTableFacts,
): readonly SchemaObjectWithServerId[] {
  if (column.default === null) return []
  const object = makePostgresOpaqueObject('default of column', column.name, canonicalizePostgresDefinition(column.default), row.name)
  return [{ object: { ...object, ...dependsOnField(facts.uses('column', column.number)) }, identity: `${row.oid}.${column.number}` }]
}

function identityOf(column: PostgresColumnRow): 'always' | 'by default' | undefined {
  if (column.identity === 'a') return 'always'
  return column.identity === 'd' ? 'by default' : undefined
}

// Returns true for an identity column whose sequence has the default start, increment, minimum, maximum, cycle and cache.
function isUsual(options: string): boolean {
  return /^(smallint 1 1 1 32767|integer 1 1 1 2147483647|bigint 1 1 1 9223372036854775807) f$/.test(options)
}

function commentOn(row: PostgresRelationRow, column: number): string | undefined {
  return row.comments?.find(([number]) => number === column)?.[1]
}

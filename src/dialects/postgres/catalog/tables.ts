import type { ColumnObject, PartitionObject, TableObject } from '../../../schema/object.ts'
import { canonicalDefinition } from './canonical.ts'
import { type CatalogObject, dependsOn, opaqueObject, optionalField, someOf } from './catalog-object.ts'
import { constraintObject, isNotNull } from './constraints.ts'
import { factsOf, type TableFacts } from './facts.ts'
import { indexObjects } from './indexes.ts'
import { policyObject } from './policies.ts'
import type { ColumnRow, PartitionRow, TableRow, ViewColumnRow } from './table-query.ts'
import { triggerObjects } from './triggers.ts'
import type { UseRow } from './use-query.ts'

/**
 * Makes the schema objects of a relation: a table with all its parts, the parts of a view, or those parts of a partition that it does
 * not inherit.
 */
export function tableObjects(row: TableRow, uses: readonly UseRow[]): readonly CatalogObject[] {
  const facts = factsOf(row, uses)
  const constraints = row.constraints ?? []
  return [
    ...(row.kind === 'v' || row.kind === 'm'
      ? []
      : [{ object: row.partition ? partitionObject(row, row.partition) : tableObject(row), identity: row.oid }]),
    ...(row.columns ?? []).flatMap((column) => columnObjects(column, row, facts)),
    ...(row.viewColumns ?? []).flatMap((column) => viewDefaults(column, row, facts)),
    ...constraints.map((one) => ({ object: constraintObject(one, facts), identity: String(one.oid) })),
    ...(row.indexes ?? []).flatMap((one) => indexObjects(one, facts)),
    ...triggerObjects(row.triggers ?? [], facts),
    ...(row.policies ?? []).map((one) => ({ object: policyObject(one, facts), identity: String(one.oid) })),
    ...(row.others ?? []).map(({ oid, what, name, definition, comment }) => ({
      object: {
        ...opaqueObject(what, name, canonicalDefinition(definition), row.name),
        ...optionalField('comment', comment),
        ...dependsOn(facts.uses(what, oid)),
      },
      identity: String(oid),
    })),
  ]
}

function tableObject(row: TableRow): TableObject {
  return {
    kind: 'table',
    name: row.name,
    columns: (row.columns ?? []).map((column) => column.name),
    ...tableFacts(row),
  }
}

function partitionObject(row: TableRow, { of, bound, detaching }: PartitionRow): PartitionObject {
  return { kind: 'partition', name: row.name, of, bound: `${bound ?? ''}${detaching ? ' DETACH PENDING' : ''}`, ...tableFacts(row) }
}

function tableFacts(row: TableRow) {
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
    ...optionalField('partitioning', row.partitioning && canonicalDefinition(row.partitioning)),
    ...someOf('traits', traits.sort()),
    ...optionalField('comment', commentOn(row, 0)),
  }
}

function columnObjects(column: ColumnRow, row: TableRow, facts: TableFacts): readonly CatalogObject[] {
  if (!column.own && commentOn(row, column.number) === undefined) return []
  const identity = `${row.oid}.${column.number}`
  const used = facts.uses('column', column.number)
  const expression = canonicalDefinition(column.default ?? '')
  const isUnproven = (row.constraints ?? []).some((one) => isNotNull(one) && one.columns?.[0] === column.number)
  const object: ColumnObject = {
    kind: 'column',
    table: row.name,
    name: column.name,
    type: column.type,
    // A NOT NULL constraint that is not validated is a separate object, so the column counts as nullable.
    nullable: !column.required || isUnproven,
    ...optionalField('default', column.generated === '' && expression),
    ...optionalField('generated', column.generated !== '' && { expression, stored: column.generated === 's' }),
    ...optionalField('identity', identityOf(column)),
    ...optionalField('collation', column.collation),
    ...optionalField('comment', commentOn(row, column.number)),
    ...dependsOn(used, `column:${row.name}.${column.name}`),
  }
  const unusual = !row.partition && column.identityOptions !== null && !isUsual(column.identityOptions)
  if (!unusual) return [{ object, identity }]
  return [
    { object, identity },
    { object: opaqueObject('identity options', column.name, column.identityOptions ?? '', row.name), identity: `${identity}.identity` },
  ]
}

/** Makes the schema objects for the default values of a view, which apply to an INSERT through the view. */
function viewDefaults(column: ViewColumnRow, row: TableRow, facts: TableFacts): readonly CatalogObject[] {
  if (column.default === null) return []
  const object = opaqueObject('default of column', column.name, canonicalDefinition(column.default), row.name)
  return [{ object: { ...object, ...dependsOn(facts.uses('column', column.number)) }, identity: `${row.oid}.${column.number}` }]
}

function identityOf(column: ColumnRow): 'always' | 'by default' | undefined {
  if (column.identity === 'a') return 'always'
  return column.identity === 'd' ? 'by default' : undefined
}

// True for an identity column whose sequence has the default type, start, increment, minimum, maximum and cycle.
function isUsual(options: string): boolean {
  return /^(smallint 1 1 1 32767|integer 1 1 1 2147483647|bigint 1 1 1 9223372036854775807) f$/.test(options)
}

function commentOn(row: TableRow, column: number): string | undefined {
  return row.comments?.find(([number]) => number === column)?.[1]
}

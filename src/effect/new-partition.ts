import type { CheckObject, PartitionObject, SchemaObject } from '../schema/object.ts'
import type { EffectOnRunningCode } from './effect.ts'
import type { EffectContext } from './surroundings.ts'

/**
 * Returns the effects of a new partition, or of a table that became a partition, on running code that writes rows of the
 * partitioned table. The result always contains `adds`. It contains `tightens` if a constraint, a unique index or a NOT NULL of
 * the partition can refuse rows that the partitioned table accepts, and `opaque` if the partition has a trigger.
 */
export function effectsOfNewPartition(partition: PartitionObject, at: EffectContext): readonly EffectOnRunningCode[] {
  const own = isPartitionOfKnownTable(partition, at) ? [...at.after(partition.name)] : []
  return [
    'adds',
    ...(own.some((object) => refusesRows(object, partition, at)) ? (['tightens'] as const) : []),
    ...(own.some(({ kind }) => kind === 'trigger' || kind === 'opaque') ? (['opaque'] as const) : []),
  ]
}

/**
 * Returns a phrase that names a constraint, unique index or column of a new partition that can refuse a row of running code.
 * Returns undefined if the partition accepts every row.
 */
export function reasonPartitionRefusesRows(partition: PartitionObject, at: EffectContext): string | undefined {
  const rule = isPartitionOfKnownTable(partition, at)
    ? [...at.after(partition.name)].find((object) => refusesRows(object, partition, at))
    : undefined
  return rule && `its ${rule.kind} ${'name' in rule ? rule.name : ''} can refuse a row`
}

/**
 * Returns true if running code knows the partitioned table of a partition, or a partitioned table above it. The server then
 * stores rows of running code in the partition.
 */
export function isPartitionOfKnownTable({ of }: PartitionObject, at: EffectContext): boolean {
  const above = [...at.after(of)].find((object) => object.kind === 'partition')
  return at.knowsTable(of) || (above?.kind === 'partition' && isPartitionOfKnownTable(above, at))
}

function refusesRows(object: SchemaObject, partition: PartitionObject, at: EffectContext): boolean {
  switch (object.kind) {
    case 'primary-key':
    case 'unique':
    case 'exclusion':
    case 'foreign-key':
      return true
    case 'index':
      return object.unique === true
    case 'check':
      return !object.notEnforced && !repeatsBound(object, partition)
    case 'column':
      return !object.nullable && at.column(partition.of, object.name)?.nullable === true
    default:
      return false
  }
}

/**
 * Returns true if a check of a partition follows from the bounds of the partition: the check compares only with values of the
 * bounds, or is `IS NOT NULL`. Migrations add such a check so that ATTACH PARTITION need not read the rows.
 */
function repeatsBound({ expression }: CheckObject, { bound }: PartitionObject): boolean {
  const values = (text: string) => text.match(/'(?:[^']|'')*'|\b\d[\d.]*\b/g) ?? []
  if (/^\(*[\w"]+ IS NOT NULL\)*$/.test(expression)) return true
  const known = new Set(values(bound).map((value) => value.replaceAll("'", '')))
  const named = values(expression)
  return named.length > 0 && named.every((value) => known.has(value.replaceAll("'", '')))
}

import type { ReasonTableIsUnwalkable, RowWalkKey, RowWalkKeyColumn } from '../../../dialect/ranges.ts'
import {
  type ColumnObject,
  type DomainObject,
  groupKeyOf,
  type IndexObject,
  type KeyObject,
  type TableObject,
} from '../../../schema/object.ts'
import { findObjectInState, objectsOfState, type SchemaState } from '../../../schema/state.ts'
import { chooseWalkKey, listUniqueNotNullKeys, type PrintedKeyColumn, type RowWalkKeyRules } from '../../walk-key.ts'

export function choosePostgresWalkKey(state: SchemaState, table: string, by?: readonly string[]): RowWalkKey | ReasonTableIsUnwalkable {
  return chooseWalkKey(state, table, by, RULES)
}

/**
 * Returns the columns of each unique key that is valid, covers every row, and consists only of NOT NULL columns. The result does
 * not contain deferrable keys. The primary key is first.
 */
export function listPostgresUniqueNotNullKeys(state: SchemaState, table: string): readonly (readonly string[])[] {
  return listUniqueNotNullKeys(state, table, RULES)
}

const RULES: RowWalkKeyRules = {
  unfitTable,
  unfitKey,
  plainKey,
  keyColumn,
  isSameName: (one, other) => one === other,
  place: { name: 'ctid', type: 'tid' },
  addKey: (table) =>
    `Before the data step runs, give ${table} a primary key, or a unique index on columns that are NOT NULL. Or divide the rows by their place in the table: by (ctid). Or write the data step without batches.`,
}

const WITHOUT_BATCHES = 'Write the data step without batches.'

function unfitTable(table: TableObject, state: SchemaState): ReasonTableIsUnwalkable | undefined {
  if (table.traits?.includes('foreign'))
    return { problem: `${table.name} is a foreign table, which has no key on this server`, remedy: WITHOUT_BATCHES }
  // A unique key of a table does not apply to the rows of the tables that inherit from the table. The key therefore cannot divide
  // these rows into ranges.
  const heir = [...objectsOfState(state)].find((one) => one.kind === 'table' && one.traits?.includes(`inherits ${table.name}`))
  return (
    heir && {
      problem: `The key of ${table.name} does not include the rows of ${heir.name}, which inherits from it`,
      remedy: WITHOUT_BATCHES,
    }
  )
}

function unfitKey(key: KeyObject | IndexObject): string | undefined {
  if (key.invalid) return 'it is not valid'
  if (key.kind !== 'index') return key.deferrable === undefined ? undefined : 'it is deferrable'
  if (key.predicate !== undefined) return 'it does not include every row'
  return key.method === 'btree' ? undefined : `an index of the method ${key.method} has no order`
}

// Matches the printed key of an index that has the same order as ORDER BY. An index with another collation, operator class or
// position of NULL values has another order, so a batch cannot use the index.
const PLAIN = /^("(?:[^"]|"")+"|[^\s"()]+)( DESC)?$/

function plainKey(printed: string, isColumn: (name: string) => boolean): PrintedKeyColumn | undefined {
  // A schema state contains the columns of a constraint as plain names, without quotes. If the text equals the name of a column, it
  // is therefore this column.
  if (isColumn(printed)) return { name: printed, isDescending: false }
  const [, written, descending] = PLAIN.exec(printed) ?? []
  if (written === undefined) return undefined
  const name = written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written
  return { name, isDescending: descending !== undefined }
}

function keyColumn(column: ColumnObject, state: SchemaState): RowWalkKeyColumn {
  const operators = operatorSchema(column, state)
  return { name: column.name, type: column.type, ...(operators === undefined ? {} : { operators }) }
}

/**
 * Returns the schema of the comparison operators of a type, if the type belongs to an extension in another schema. Without the
 * schema, `>` could be the operator of another type. For example, the server would compare `ext.citext` as text if the search
 * path does not contain `ext`.
 */
function operatorSchema(
  { type, dependsOn = [] }: Pick<ColumnObject | DomainObject, 'type' | 'dependsOn'>,
  state: SchemaState,
): string | undefined {
  const domain = dependsOn.find((id) => id.startsWith('domain:'))
  const below = domain === undefined ? undefined : findObjectInState(state, domain, groupOfDomain(domain))
  if (below?.kind === 'domain') return operatorSchema(below, state)
  // PostgreSQL compares enums, ranges, composite types and arrays with built-in operators, so the SQL does not need to name the
  // schema of the operators.
  if (dependsOn.some((id) => /^(?:enum|opaque:range type|opaque:composite type)\b/.test(id)) || type.endsWith('[]')) return undefined
  const [, schema] = /^("(?:[^"]|"")+"|[\w$]+)\./.exec(type) ?? []
  return schema?.startsWith('"') ? schema.slice(1, -1).replaceAll('""', '"') : schema
}

// Returns the key of the group that contains a domain.
function groupOfDomain(id: string): string {
  return groupKeyOf({ kind: 'domain', name: id.slice('domain:'.length), type: '', nullable: true, checks: [] })
}

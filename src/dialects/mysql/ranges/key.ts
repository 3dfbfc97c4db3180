import type { ReasonTableIsUnwalkable, RowWalkKey, RowWalkKeyColumn } from '../../../dialect/ranges.ts'
import type { ColumnObject, IndexObject, KeyObject, TableObject } from '../../../schema/object.ts'
import type { SchemaState } from '../../../schema/state.ts'
import { chooseWalkKey, listUniqueNotNullKeys, type PrintedKeyColumn, type RowWalkKeyRules } from '../../walk-key.ts'
import { reasonAgainstMysqlKeyType } from './value.ts'

export function chooseMysqlWalkKey(state: SchemaState, table: string, by?: readonly string[]): RowWalkKey | ReasonTableIsUnwalkable {
  return chooseWalkKey(state, table, by, RULES)
}

/**
 * Returns the columns of each visible unique key that consists only of NOT NULL columns. The primary key is first. The result
 * does not contain keys with an expression, a prefix of a column or a hash.
 */
export function listMysqlUniqueNotNullKeys(state: SchemaState, table: string): readonly (readonly string[])[] {
  return listUniqueNotNullKeys(state, table, RULES)
}

const RULES: RowWalkKeyRules = {
  unfitTable,
  unfitKey,
  plainKey,
  keyColumn,
  // MySQL and MariaDB ignore the case of column names.
  isSameName: (one, other) => one.toLowerCase() === other.toLowerCase(),
  addKey: (table) =>
    `Before the data step runs, give ${table} a primary key or a unique key whose columns are NOT NULL and have no type ENUM, SET, FLOAT or DOUBLE. Or write the data step without batches.`,
}

function unfitTable({ name, traits = [] }: TableObject): ReasonTableIsUnwalkable | undefined {
  const engine = traits.find((trait) => trait.startsWith('engine '))
  return engine === undefined
    ? undefined
    : {
        problem: `${name} has the ${engine}, whose rows are not part of the transaction that also stores the progress`,
        remedy: `Change the table to InnoDB before the data step runs. Or write the data step without batches.`,
      }
}

function unfitKey(key: KeyObject | IndexObject): string | undefined {
  if (key.kind === 'unique' && key.hashed) return 'it is stored as a hash, which has no order'
  return key.invisible ? 'queries do not use it' : undefined
}

function plainKey(printed: string, isColumn: (name: string) => boolean): PrintedKeyColumn | undefined {
  if (isColumn(printed)) return { name: printed, isDescending: false }
  const name = printed.replace(/ DESC$/, '')
  return isColumn(name) ? { name, isDescending: true } : undefined
}

function keyColumn({ name, type, collation }: ColumnObject): RowWalkKeyColumn | string {
  return reasonAgainstMysqlKeyType(type) ?? { name, type, ...(collation === undefined ? {} : { collation }) }
}

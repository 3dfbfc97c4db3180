import { InterphaseError } from '../../../error.ts'
import type { ObjectId } from '../../../schema/object.ts'
import type { IndexRow, TableRow } from './table-query.ts'
import type { UseRow } from './use-query.ts'

/** The facts about a table that are needed to make the objects of its parts. */
export interface TableFacts {
  readonly table: string
  readonly quoted: string
  readonly columns: (numbers: readonly number[]) => readonly string[]
  /** Returns the index of the table with this oid. */
  readonly index: (oid: number) => IndexRow | undefined
  /** Returns the ids of the objects that a part of the table depends on. `kind` and `dependent` identify the part. */
  readonly uses: (kind: string, dependent: number) => readonly ObjectId[]
}

export function factsOf(row: TableRow, uses: readonly UseRow[]): TableFacts {
  const names = new Map((row.columns ?? []).map((column) => [column.number, column.name]))
  const viewNames = new Map((row.viewColumns ?? []).map((column) => [column.number, column.name]))
  const column = (number: number) => {
    const name = names.get(number) ?? viewNames.get(number)
    if (name === undefined) throw new InterphaseError('internal', { problem: `${row.name} has no column ${number}` })
    return name
  }
  const ids = new Map<string, ObjectId[]>()
  for (const { kind, dependent, own, id } of uses) {
    // System columns and the columns of a view are not schema objects.
    const used = own === null ? id : names.has(own) ? `column:${row.name}.${names.get(own)}` : null
    const list = ids.get(`${kind} ${dependent}`) ?? []
    if (used !== null) ids.set(`${kind} ${dependent}`, [...list, used])
  }
  return {
    table: row.name,
    quoted: row.quoted,
    columns: (numbers) => numbers.map(column),
    index: (oid) => row.indexes?.find((index) => index.oid === oid),
    uses: (kind, dependent) => ids.get(`${kind} ${dependent}`) ?? [],
  }
}

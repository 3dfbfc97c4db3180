import { InterphaseError } from '../../../error.ts'
import type { ObjectId } from '../../../schema/object.ts'
import type { TableRow, Use } from './table-query.ts'

/** What the parts of one table ask of each other. */
export interface TableFacts {
  readonly table: string
  readonly quoted: string
  /** The name of the column of this number. */
  readonly column: (number: number) => string
  readonly columns: (numbers: readonly number[]) => readonly string[]
  /** The ids that the dependent of this kind and number depends on. */
  readonly uses: (kind: string, dependent: number) => readonly ObjectId[]
}

export function factsOf(row: TableRow, idOfUse: (use: Use) => ObjectId | undefined): TableFacts {
  const names = new Map((row.columns ?? []).map((column) => [column.number, column.name]))
  const column = (number: number) => {
    const name = names.get(number)
    // A whole-row reference and the system's columns have no names of their own here.
    if (name === undefined && number > 0) throw new InterphaseError('internal', { problem: `${row.name} has no column ${number}` })
    return name ?? ''
  }
  const uses = new Map<string, ObjectId[]>()
  for (const use of row.uses ?? []) {
    const [kind, dependent, own] = use
    const key = `${kind} ${dependent}`
    const used = own === null ? idOfUse(use) : names.has(own) && `column:${row.name}.${names.get(own)}`
    if (used) uses.set(key, [...(uses.get(key) ?? []), used])
  }
  return {
    table: row.name,
    quoted: row.quoted,
    column,
    columns: (numbers) => numbers.map((number) => column(number)),
    uses: (kind, dependent) => uses.get(`${kind} ${dependent}`) ?? [],
  }
}

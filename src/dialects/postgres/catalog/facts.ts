import { InterphaseError } from '../../../error.ts'
import type { SchemaObjectId } from '../../../schema/object.ts'
import type { PostgresIndexRow, PostgresRelationRow } from './table-query.ts'
import type { PostgresDependencyRow } from './use-query.ts'

/**
 * The data about a table from which the catalog reader makes the schema objects for the columns, constraints and other parts of
 * the table.
 */
export interface PostgresTableFacts {
  readonly table: string
  /** The schema and the name of the table, quoted where necessary, as the server prints them in the definition of a trigger. */
  readonly quoted: string
  /** Returns the names of the columns with the given column numbers. */
  readonly columns: (numbers: readonly number[]) => readonly string[]
  /** Returns the index of the table with the given oid. */
  readonly index: (oid: number) => PostgresIndexRow | undefined
  /**
   * Returns the ids of the objects on which a part of the table depends. `kind` is the kind of the part, such as 'trigger'.
   * `dependent` is the oid of the part, or the number of the column if the part is a column.
   */
  readonly uses: (kind: string, dependent: number) => readonly SchemaObjectId[]
}

export function makePostgresTableFacts(row: PostgresRelationRow, uses: readonly PostgresDependencyRow[]): PostgresTableFacts {
  const names = new Map((row.columns ?? []).map((column) => [column.number, column.name]))
  const viewNames = new Map((row.viewColumns ?? []).map((column) => [column.number, column.name]))
  const column = (number: number) => {
    const name = names.get(number) ?? viewNames.get(number)
    if (name === undefined) throw new InterphaseError('internal', { problem: `${row.name} has no column ${number}` })
    return name
  }
  const ids = new Map<string, SchemaObjectId[]>()
  for (const { kind, dependent, own, id } of uses) {
    // The dependencies of a table must not contain its system columns and the columns of a view, because these are not schema
    // objects.
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

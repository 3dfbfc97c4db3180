import { tableGroupKey } from '../schema/object.ts'
import { combineReadColumns, type ReadColumnsByTable } from '../schema/reads.ts'

/** A write of rows of one table by a statement. A DDL statement that changes or loses existing values also counts as a write. */
export interface RowWrite {
  /** The name of the table, or `UNKNOWN_WRITTEN_TABLE` if the engine cannot determine the table. */
  readonly table: string
  /** The names of the written columns. The field is absent if the statement writes or deletes whole rows. */
  readonly columns?: readonly string[]
  /**
   * A phrase that states why the statement changes or loses existing values. The field is absent if all existing values stay the
   * same.
   */
  readonly rewrites?: string
}

/**
 * A write of rows of one table by one step of a migration. A step is one statement, or a whole migration in one transaction. Steps
 * are counted from 0.
 */
export interface RowWriteOfStep extends RowWrite {
  readonly step: number
}

/**
 * The value of `table` for a write whose table the engine cannot determine, for example in a routine or in SQL text from a
 * variable.
 */
export const UNKNOWN_WRITTEN_TABLE = '*'

/**
 * Returns `reads`, the columns that statements read, together with all columns of the tables in `writes`. A written table counts as
 * read, because the server evaluates defaults, generated columns and constraints for each write. Returns undefined if the read
 * columns or a written table are unknown.
 */
export function addWrittenTablesToReads(
  reads: ReadColumnsByTable | undefined,
  writes: readonly RowWrite[],
): ReadColumnsByTable | undefined {
  if (writes.some(({ table }) => table === UNKNOWN_WRITTEN_TABLE)) return undefined
  return combineReadColumns([reads, new Map(writes.map(({ table }) => [tableGroupKey(table), 'whole']))])
}

/** Returns true if the write changes or loses existing values. */
export function doesWriteRewriteValues<W extends RowWrite>(write: W): write is W & { readonly rewrites: string } {
  return write.rewrites !== undefined
}

/**
 * Returns one line for each rewritten column, such as `column t.b: its values are rewritten by left(b, 1)`. Returns one line for
 * the table if the write does not name its columns.
 */
export function formatRowRewrites({ table, columns, rewrites }: RowWrite & { readonly rewrites: string }): readonly string[] {
  return columns === undefined ? [`table ${table}: ${rewrites}`] : columns.map((column) => `column ${table}.${column}: ${rewrites}`)
}

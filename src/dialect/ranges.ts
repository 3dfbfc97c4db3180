import type { SchemaState } from '../schema/state.ts'
import type { SqlStatement } from './sql.ts'

/**
 * Divides the rows of a table into ranges of a key, for data steps in batches (keyset pagination). The server compares the keys, never
 * this process: only the server knows its collations, and a number of the server can be larger than a number of JavaScript.
 */
export interface KeyRangeWalker {
  /**
   * Chooses the key by which the rows of a table are divided into ranges: the columns `by`, otherwise the primary key, otherwise the
   * unique key with the fewest columns. Each column is NOT NULL, and together the columns are unique. On PostgreSQL, `by` can be
   * `ctid`, the place of a row.
   */
  keyOf(state: SchemaState, table: string, by?: readonly string[]): RowWalkKey | UnwalkableTable
  /** Reads the greatest key of the table. Undefined if the table is empty. */
  last(session: RangeQuerySession, key: RowWalkKey): Promise<RowWalkKeyValue | undefined>
  /** Reads the key of the row number `rows` of the range, counted from 1. Returns `range.upTo` if the range has fewer rows. */
  endOf(session: RangeQuerySession, key: RowWalkKey, range: RowWalkKeyRange, rows: number): Promise<RowWalkKeyValue>
  /**
   * Returns the statement with the condition of the range or of one row, in parentheses, in place of each placeholder. `alias` is the name by which
   * the statement refers to the table. The values are sent separately from the text.
   */
  limit(parts: readonly string[], key: RowWalkKey, range: RowWalkKeyRange | RowWithKey, alias: string): StatementLimitedToRange
  /** Lets the server compute the statistics of the table again. Called outside a transaction. */
  analyze(session: RangeQuerySession, key: RowWalkKey): Promise<void>
}

/** The part of a database session that reads the bounds of ranges. */
export interface RangeQuerySession {
  readonly database: string
  query<Row extends object>(statement: SqlStatement): Promise<readonly Row[]>
}

/** The key by which the rows of a table are divided into ranges: its columns, in order. */
export interface RowWalkKey {
  /** The name of the table, as a schema state contains it. */
  readonly table: string
  readonly columns: readonly RowWalkKeyColumn[]
  /**
   * True if the key is the place of a row in the table, which changes whenever the row is written. A row that the application writes
   * during the walk can be missed, or be in two ranges.
   */
  readonly isPlace?: true
}

export interface RowWalkKeyColumn {
  readonly name: string
  /** The type of the column, as a schema state contains it. */
  readonly type: string
  /** The collation of a text column, as a schema state contains it (MySQL and MariaDB). */
  readonly collation?: string
  /** The schema of the operators that compare the column, if it is not the server's own schema but that of an extension (PostgreSQL). */
  readonly operators?: string
}

/** The reason why the rows of a table cannot be divided into ranges of a key, and the remedy. */
export interface UnwalkableTable {
  readonly problem: string
  readonly remedy: string
}

/** The value of a key: one text for each column, in a form that the server reads back without loss. */
export type RowWalkKeyValue = readonly string[]

/** A range of rows: those whose key is greater than `after` and at most `upTo`. Without `after`, the range begins with the first row. */
export interface RowWalkKeyRange {
  readonly after?: RowWalkKeyValue
  readonly upTo: RowWalkKeyValue
}

/** One row of a table, identified by its key. */
export interface RowWithKey {
  readonly only: RowWalkKeyValue
}

export interface StatementLimitedToRange {
  readonly text: string
  readonly values: readonly string[]
}

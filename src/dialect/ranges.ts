import type { SchemaState } from '../schema/state.ts'
import type { SqlStatement } from './sql.ts'

/**
 * Divides the rows of a table into ranges of a key, for data steps in batches (keyset pagination). Only the server compares keys.
 * The Node process cannot compare keys, because it does not know the collations of the server, and a number of the server can
 * exceed the range of a JavaScript number.
 */
export interface KeyRangeWalker {
  /**
   * Chooses the key by which a data step divides the rows of a table into ranges: the columns `by`, otherwise the primary key,
   * otherwise the unique key with the fewest columns. Each column of the key is NOT NULL, and the values of the key are unique.
   * On PostgreSQL, `by` can be `ctid`, the physical position of a row. Returns a problem and its remedy if the table has no such
   * key.
   */
  keyOf(state: SchemaState, table: string, by?: readonly string[]): RowWalkKey | ReasonTableIsUnwalkable
  /** Reads the greatest key of the table. Returns undefined if the table is empty. */
  last(session: RangeQuerySession, key: RowWalkKey): Promise<RowWalkKeyValue | undefined>
  /**
   * Reads the key of the row at position `rows` of the range, counted from 1. Returns `range.upTo` if the range has fewer rows.
   */
  endOf(session: RangeQuerySession, key: RowWalkKey, range: RowWalkKeyRange, rows: number): Promise<RowWalkKeyValue>
  /** Counts the rows of the table in the range. */
  count(session: RangeQuerySession, key: RowWalkKey, range: RowWalkKeyRange): Promise<number>
  /**
   * Joins the parts of a statement, and inserts between two parts the condition that selects a range or one row. `alias` is the
   * name by which the statement refers to the table. The values of the condition are sent separately from the text.
   */
  limit(parts: readonly string[], key: RowWalkKey, range: RowWalkKeyRange | RowWithKey, alias: string): StatementLimitedToRange
  /** Makes the server compute its statistics of the table again. The caller calls this method outside a transaction. */
  analyze(session: RangeQuerySession, key: RowWalkKey): Promise<void>
}

/** The part of a database session that reads the bounds of ranges. */
export interface RangeQuerySession {
  readonly database: string
  query<Row extends object>(statement: SqlStatement): Promise<readonly Row[]>
}

/**
 * The key by which a data step divides the rows of a table into ranges. The fields are the table, and the columns of the key in
 * order.
 */
export interface RowWalkKey {
  /** The name of the table, as a schema state contains it. */
  readonly table: string
  readonly columns: readonly RowWalkKeyColumn[]
  /**
   * True if the key is the physical position of a row in the table. Each write to a row changes its position. If the application
   * writes a row during the data step, the data step can therefore miss the row or find it twice.
   */
  readonly isPlace?: true
}

export interface RowWalkKeyColumn {
  readonly name: string
  /** The type of the column, as a schema state contains the type. */
  readonly type: string
  /** The collation of a text column, as a schema state contains the collation, on MySQL and MariaDB. */
  readonly collation?: string
  /** The schema of the comparison operators of the column, if an extension defines these operators, on PostgreSQL. */
  readonly operators?: string
}

/** The reason why a data step cannot divide the rows of a table into ranges of a key, and the remedy. */
export interface ReasonTableIsUnwalkable {
  readonly problem: string
  readonly remedy: string
}

/** The value of a key as one text for each column. The server converts each text back to the same value. */
export type RowWalkKeyValue = readonly string[]

/**
 * A range of rows: the rows whose key is greater than `after` and at most `upTo`. Without `after`, the range begins with the
 * first row of the table.
 */
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

import type { SchemaState } from '../schema/state.ts'
import type { SqlStatement } from './sql.ts'

/**
 * Walks the rows of a table in ranges of a key (keyset pagination). The server compares the keys, never this process: only the server
 * knows its collations, and a number of the server can be larger than a number of JavaScript.
 */
export interface Ranges {
  /**
   * Chooses the key by which the rows of the table are walked: the columns `by`, otherwise the primary key, otherwise the unique key
   * with the fewest columns. Each column is NOT NULL, and together the columns are unique.
   */
  keyOf(state: SchemaState, table: string, by?: readonly string[]): WalkKey | Unwalkable
  /** The greatest key of the table, or undefined if the table is empty. */
  last(session: QuerySession, key: WalkKey): Promise<KeyValue | undefined>
  /** The key of the row number `rows` of the range, counted from 1, or `range.upTo` if the range has fewer rows. */
  endOf(session: QuerySession, key: WalkKey, range: KeyRange, rows: number): Promise<KeyValue>
  /**
   * Splits a statement at each placeholder `:batch`. In a string, a comment or a quoted name it is text. On PostgreSQL, `::batch` is a
   * cast, and directly inside square brackets (`a[1:batch]`) it is a slice. A statement without a placeholder is one part.
   */
  split(text: string): readonly string[]
  /**
   * The statement with the condition of the range, in parentheses, in place of each placeholder. `alias` is the name by which the
   * statement refers to the table. The values are sent separately from the text, with `Session.execute`.
   */
  limit(parts: readonly string[], key: WalkKey, range: KeyRange, alias: string): LimitedStatement
}

/** The part of a session that reads the bounds of ranges. */
export interface QuerySession {
  readonly database: string
  query<Row extends object>(statement: SqlStatement): Promise<readonly Row[]>
}

/** The columns by which the rows of a table are walked, in order. */
export interface WalkKey {
  /** The name of the table as a state holds it. */
  readonly table: string
  readonly columns: readonly KeyColumn[]
}

export interface KeyColumn {
  readonly name: string
  /** The type as a state holds it. */
  readonly type: string
  /** The collation of a text column, as a state holds it (MySQL and MariaDB). */
  readonly collation?: string
  /** The schema of the operators that compare the column, if it is not the server's own: that of an extension (PostgreSQL). */
  readonly operators?: string
}

/** Why the rows of a table cannot be walked, and what the user can do. */
export interface Unwalkable {
  readonly problem: string
  readonly remedy: string
}

/** One text for each column of a key, in a form that the server reads back without loss. */
export type KeyValue = readonly string[]

/** The rows whose key is greater than `after` and at most `upTo`. Without `after`, the range begins with the first row. */
export interface KeyRange {
  readonly after?: KeyValue
  readonly upTo: KeyValue
}

export interface LimitedStatement {
  readonly text: string
  readonly values: readonly string[]
}

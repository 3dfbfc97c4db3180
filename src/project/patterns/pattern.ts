import { quoteMysqlIdentifier as quoteForMysql } from '../../dialects/mysql/text/notation.ts'
import { quotePostgresIdentifier as quoteForPostgres } from '../../dialects/postgres/text/notation.ts'
import type { RecordedColumn } from './recorded-table.ts'
import { RESERVED_SQL_WORDS } from './reserved.ts'

/**
 * The arguments of a pattern: the names and SQL texts that its files contain. An argument that the pattern does not use is empty.
 */
export interface PatternArguments {
  readonly table: string
  /** The column of the primary key of the table. */
  readonly key: string
  readonly column: string
  /** The new name of the column, or the name of the new table. */
  readonly to: string
  /** The type of the column, as SQL text. */
  readonly type: string
  /** The value for rows whose column is NULL, as SQL text. */
  readonly value: string
}

/** The names of the arguments that a pattern can need, in the order of the help text. */
export const PATTERN_ARGUMENT_NAMES = [
  'table',
  'column',
  'to',
  'key',
  'type',
  'value',
] as const satisfies readonly (keyof PatternArguments)[]

/**
 * The kinds of files that a change can have. A kind is the part of the file name between slug and dialect, such as `expand.undo`.
 */
export const CHANGE_FILE_KINDS = ['expand', 'expand.undo', 'migrate', 'migrate.pending', 'migrate.undo', 'contract'] as const
export type ChangeFileKind = (typeof CHANGE_FILE_KINDS)[number]

/** The content of the files of a change. A kind without an entry has no file. */
export type ChangeFileTexts = { readonly [K in ChangeFileKind]?: string }

/** The servers whose SQL differs in the files of a pattern. MariaDB has the same SQL as MySQL. */
export type PatternServerName = 'postgres' | 'mysql'

/** A pattern for a common change of a schema. A pattern generates migration files, which the author then completes. */
export interface ChangePattern {
  /** The change that the pattern makes, as a phrase for the help. */
  readonly summary: string
  /** The names that the pattern needs, in the order of the help text. */
  readonly uses: readonly (keyof PatternArguments)[]
  /**
   * Returns the content of the migration files. `recorded` is the column in the recorded schema, with its properties. `recorded`
   * is undefined if no release is recorded.
   */
  readonly texts: (names: QuotedPatternArguments, server: PatternServerName, recorded?: ColumnOfPattern) => ChangeFileTexts
}

/** The recorded column of a pattern, and the names and texts that the author gave. */
export interface ColumnOfPattern extends RecordedColumn {
  readonly given: Partial<PatternArguments>
}

/**
 * The arguments that the author gave to a pattern (table, column, …), with the names quoted if the server needs quotes. `type` and
 * `value` are SQL texts and are not quoted.
 */
export interface QuotedPatternArguments extends PatternArguments {
  /**
   * Joins the parts with `_` to one name, for example the name of a trigger, and quotes the name if the server needs quotes. Each
   * part is a text, or the key of an argument such as `table`, for which the method inserts the value of the argument.
   */
  readonly joined: (...parts: readonly (keyof PatternArguments | { readonly text: string })[]) => string
}

// The longest generated name in characters. MySQL and MariaDB refuse names of more than 64 characters, and PostgreSQL shortens
// names of more than 63 bytes.
export const MAX_PATTERN_OBJECT_NAME_LENGTH = 60

/**
 * Returns the arguments of a pattern, with quotes around the names if the server needs quotes. On PostgreSQL, a dot in the name of
 * a table separates the schema from the table. A name of lower-case letters, digits and `_` needs no quotes, unless the name is a
 * reserved word.
 */
export function quotePatternArguments(names: PatternArguments, server: PatternServerName): QuotedPatternArguments {
  const quote = server === 'postgres' ? quoteForPostgres : quoteForMysql
  const written = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED_SQL_WORDS.has(name) ? name : quote(name))
  const ofTable = (table: string) => (server === 'postgres' ? table.split('.').map(written).join('.') : written(table))
  const bare = (name: string) => (server === 'postgres' ? name.replaceAll('.', '_') : name)
  return {
    ...names,
    table: ofTable(names.table),
    key: written(names.key),
    column: written(names.column),
    to: written(names.to),
    joined: (...parts) =>
      written(
        parts
          .map((part) => bare(typeof part === 'string' ? names[part] : part.text))
          .join('_')
          .slice(0, MAX_PATTERN_OBJECT_NAME_LENGTH),
      ),
  }
}

import { quoteIdentifier as quoteForMysql } from '../../dialects/mysql/text/notation.ts'
import { quoteIdentifier as quoteForPostgres } from '../../dialects/postgres/text/notation.ts'
import { RESERVED_WORDS } from './reserved.ts'

/**
 * The names and SQL texts in the files of a pattern. `DEFAULT_PATTERN_NAMES` contains the defaults for the names and texts that
 * the author does not specify.
 */
export interface PatternNames {
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

/** The names of a pattern, in the order of the help. */
export const PATTERN_NAME_OPTIONS = ['table', 'column', 'to', 'key', 'type', 'value'] as const satisfies readonly (keyof PatternNames)[]

/**
 * The default names and SQL texts in a generated file. The author must replace the names, because the tables and columns do not
 * exist.
 */
export const DEFAULT_PATTERN_NAMES: PatternNames = {
  table: 'my_table',
  key: 'id',
  column: 'my_column',
  to: 'my_new_name',
  type: 'varchar(255)',
  value: "''",
}

/** The kinds of files that a change can have. The kind is the part of the file name between slug and dialect. */
export const CHANGE_FILE_KINDS = ['expand', 'expand.undo', 'migrate', 'migrate.pending', 'migrate.undo', 'contract'] as const
export type ChangeFileKind = (typeof CHANGE_FILE_KINDS)[number]

/** The content of the files of a change. A kind without an entry has no file. */
export type ChangeFileTexts = { readonly [K in ChangeFileKind]?: string }

/** The servers with different SQL in the files of a pattern. MariaDB has the SQL of MySQL. */
export type PatternServer = 'postgres' | 'mysql'

/** A pattern for a common change. The author completes the generated files. */
export interface ChangePattern {
  /** The change that the pattern makes, as a phrase for the help. */
  readonly summary: string
  /** The names that the pattern needs, in the order of the help. */
  readonly uses: readonly (keyof PatternNames)[]
  /** Returns the content of the files. */
  readonly texts: (names: QuotedPatternNames, server: PatternServer) => ChangeFileTexts
}

/**
 * The names that the author gave to a pattern (table, column, …), quoted if the server needs quotes. `type` and `value` are SQL
 * texts and are not quoted.
 */
export interface QuotedPatternNames extends PatternNames {
  /** Joins the parts with `_` to one name, such as the name of a trigger, and quotes it if needed. A part is a key or a text. */
  readonly joined: (...parts: readonly (keyof PatternNames | { readonly text: string })[]) => string
}

/**
 * Returns the names of a pattern, quoted if the server needs quotes. A name of lower-case letters, digits and `_` needs no quotes,
 * except if it is a reserved word.
 */
export function quotePatternNames(names: PatternNames, server: PatternServer): QuotedPatternNames {
  const quote = server === 'postgres' ? quoteForPostgres : quoteForMysql
  const written = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED_WORDS.has(name) ? name : quote(name))
  return {
    ...names,
    table: written(names.table),
    key: written(names.key),
    column: written(names.column),
    to: written(names.to),
    joined: (...parts) => written(parts.map((part) => (typeof part === 'string' ? names[part] : part.text)).join('_')),
  }
}

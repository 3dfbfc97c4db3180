import { quoteIdentifier as quoteForMysql } from '../../dialects/mysql/text/notation.ts'
import { quoteIdentifier as quoteForPostgres } from '../../dialects/postgres/text/notation.ts'
import { RESERVED_WORDS } from './reserved.ts'

/** The names and SQL texts of the author that a pattern fills into its files. A missing one has the default of `DEFAULT_PATTERN_NAMES`. */
export interface PatternNames {
  readonly table: string
  /** The primary key of the table: one column. */
  readonly key: string
  readonly column: string
  /** The new name of the column, or the name of the new table. */
  readonly to: string
  /** The type of the column, as SQL text. */
  readonly type: string
  /** The value that rows without one get, as SQL text. */
  readonly value: string
}

/** The names of a pattern, in the order of the help. */
export const PATTERN_NAME_OPTIONS = ['table', 'column', 'to', 'key', 'type', 'value'] as const satisfies readonly (keyof PatternNames)[]

/** The names that a generated file contains if the author gives no other. No server accepts the file before the author replaces them. */
export const DEFAULT_PATTERN_NAMES: PatternNames = {
  table: 'my_table',
  key: 'id',
  column: 'my_column',
  to: 'my_new_name',
  type: 'varchar(255)',
  value: "''",
}

/** The kinds of files that a change can have, by the part of the file name between slug and dialect. */
export const CHANGE_FILE_KINDS = ['expand', 'expand.undo', 'migrate', 'migrate.pending', 'migrate.undo', 'contract'] as const
export type ChangeFileKind = (typeof CHANGE_FILE_KINDS)[number]

/** The content of the files of a change. A missing kind has no file. */
export type ChangeFileTexts = { readonly [K in ChangeFileKind]?: string }

/** The servers for which a pattern has SQL of its own. MariaDB uses the SQL of MySQL. */
export type PatternServer = 'postgres' | 'mysql'

/** The files of a common change, which the author completes. */
export interface ChangePattern {
  /** A line for the help: the change that the pattern makes. */
  readonly summary: string
  /** The names that the pattern uses, in the order of the help. */
  readonly uses: readonly (keyof PatternNames)[]
  /** Makes the files. The names are quoted where the server needs it. */
  readonly texts: (names: QuotedPatternNames, server: PatternServer) => ChangeFileTexts
}

/** The names of a pattern in the notation of a server, and a function that quotes a name made of others. */
export interface QuotedPatternNames extends PatternNames {
  /** Joins the unquoted names with `_`, and quotes the result: the name of a trigger or constraint. */
  readonly joined: (...parts: readonly (keyof PatternNames | { readonly text: string })[]) => string
}

/** Quotes the names of a pattern for a server. A name of lower-case letters, digits and `_` needs no quotes unless it is a reserved word. */
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

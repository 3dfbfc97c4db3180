/**
 * A statement of the engine, as a list of pieces: literal text, names and values. The compiler does not accept a plain string as
 * a piece, so input from outside never becomes SQL.
 */
export interface SqlStatement {
  readonly [isSql]: true
  readonly pieces: readonly SqlPiece[]
}

declare const isSql: unique symbol

/**
 * One piece of a statement: literal text, a name that the dialect quotes, the name of a table in a schema state, or a value. A
 * value is sent separately from the text.
 */
export type SqlPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'name'; readonly path: readonly string[] }
  | { readonly kind: 'table'; readonly name: string }
  | { readonly kind: 'value'; readonly value: SqlValue }

export type SqlValue = string | number | bigint | boolean | null | Date | Buffer | readonly string[]

/** Returns a SQL identifier, which the dialect quotes. With several parts, the result is a qualified name. */
export function sqlName(...path: readonly string[]): SqlStatement {
  return made([{ kind: 'name', path }])
}

/**
 * Returns the SQL identifier of a table. `name` is the name of the table in a schema state. The dialect decides whether a dot in
 * `name` separates the schema from the table.
 */
export function sqlTableName(name: string): SqlStatement {
  return made([{ kind: 'table', name }])
}

/** Returns a SQL value, which is sent separately from the text. */
export function sqlValue(of: SqlValue): SqlStatement {
  return made([{ kind: 'value', value: of }])
}

/**
 * Returns SQL with the given text, unchanged. The text must come from the engine, from the server's catalog or from a migration
 * file. No other function converts a string to SQL, so a search for `sqlVerbatim` finds every conversion.
 */
export function sqlVerbatim(text: string): SqlStatement {
  return made([{ kind: 'text', text }])
}

export function sql(texts: TemplateStringsArray, ...parts: readonly SqlStatement[]): SqlStatement {
  return made(texts.flatMap((text, index): SqlPiece[] => [{ kind: 'text', text }, ...(parts[index]?.pieces ?? [])]))
}

export function joinSql(parts: readonly SqlStatement[], between: SqlStatement = sql`, `): SqlStatement {
  return made(parts.flatMap((part, index) => (index === 0 ? part.pieces : [...between.pieces, ...part.pieces])))
}

function made(pieces: readonly SqlPiece[]): SqlStatement {
  // Only the compiler knows the mark that distinguishes the type `SqlStatement`, so a cast is needed.
  return { pieces } as SqlStatement
}

/** The functions with which a dialect writes identifiers and placeholders. */
export interface SqlNotation {
  readonly quote: (identifier: string) => string
  /** Returns the identifiers in the name of a table in a schema state: the schema, if there is one, and the name of the table. */
  readonly tablePath: (name: string) => readonly string[]
  /** Returns the placeholder of a value in a statement. `index` begins with 1. */
  readonly place: (index: number) => string
}

/** Returns the text of a statement to send, and the list of its values. */
export function renderSql(statement: SqlStatement, notation: SqlNotation): { readonly text: string; readonly values: readonly SqlValue[] } {
  const values: SqlValue[] = []
  const text = statement.pieces.map((piece) => {
    if (piece.kind === 'text') return piece.text
    if (piece.kind === 'name') return piece.path.map(notation.quote).join('.')
    if (piece.kind === 'table') return notation.tablePath(piece.name).map(notation.quote).join('.')
    return notation.place(values.push(piece.value))
  })
  return { text: text.join(''), values }
}

/** The functions with which a dialect writes identifiers and literals in a statement that a person reads. */
export interface SqlTextNotation {
  readonly quote: (identifier: string) => string
  readonly tablePath: (name: string) => readonly string[]
  readonly literal: (value: string) => string
}

/** Returns the text of a statement in which the values are literals, for a file that a person reads. */
export function renderSqlAsText(statement: SqlStatement, { quote, tablePath, literal }: SqlTextNotation): string {
  const text = statement.pieces.map((piece) => {
    if (piece.kind === 'text') return piece.text
    if (piece.kind === 'name') return piece.path.map(quote).join('.')
    if (piece.kind === 'table') return tablePath(piece.name).map(quote).join('.')
    return piece.value === null ? 'NULL' : literal(String(piece.value))
  })
  return text.join('')
}

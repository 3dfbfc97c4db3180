/**
 * A statement of the engine, as a list of pieces: literal text, names and values. A plain string does not compile as a piece, so input
 * from outside never becomes SQL.
 */
export interface SqlStatement {
  readonly [isSql]: true
  readonly pieces: readonly SqlPiece[]
}

declare const isSql: unique symbol

/** One piece of a statement: literal text, a name that the dialect quotes, the name of a table in a schema state, or a value that is sent separately. */
export type SqlPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'name'; readonly path: readonly string[] }
  | { readonly kind: 'table'; readonly name: string }
  | { readonly kind: 'value'; readonly value: SqlValue }

export type SqlValue = string | number | bigint | boolean | null | Date | Buffer | readonly string[]

/** Makes a SQL identifier, which the dialect quotes. Several parts make a qualified name. */
export function sqlName(...path: readonly string[]): SqlStatement {
  return made([{ kind: 'name', path }])
}

/** Makes the SQL identifier of a table from its name in a schema state. The dialect knows whether a dot in it ends the name of a schema. */
export function sqlTableName(name: string): SqlStatement {
  return made([{ kind: 'table', name }])
}

/** Makes a SQL value, which is sent separately from the text. */
export function sqlValue(of: SqlValue): SqlStatement {
  return made([{ kind: 'value', value: of }])
}

/**
 * Makes SQL from a text of the server's catalog or of a migration file. This function is the only conversion from a string to SQL, so
 * a search for its name finds every use.
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
  // The type mark of `SqlStatement` exists only at compile time.
  return { pieces } as SqlStatement
}

/** How a dialect writes identifiers and placeholders. */
export interface SqlNotation {
  readonly quote: (identifier: string) => string
  /** Returns the identifiers in the name of a table as a schema state has it: the schema, if there is one, and the name. */
  readonly tablePath: (name: string) => readonly string[]
  /** Returns the placeholder of a value. `index` starts at 1. */
  readonly place: (index: number) => string
}

/** Converts a statement to the text to send and the list of its values. */
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

/** How a dialect writes identifiers and literals in a statement that a person reads. */
export interface SqlTextNotation {
  readonly quote: (identifier: string) => string
  readonly tablePath: (name: string) => readonly string[]
  readonly literal: (value: string) => string
}

/** Converts a statement to text in which the values are literals, for a file that a person reads. */
export function renderSqlAsText(statement: SqlStatement, { quote, tablePath, literal }: SqlTextNotation): string {
  const text = statement.pieces.map((piece) => {
    if (piece.kind === 'text') return piece.text
    if (piece.kind === 'name') return piece.path.map(quote).join('.')
    if (piece.kind === 'table') return tablePath(piece.name).map(quote).join('.')
    return piece.value === null ? 'NULL' : literal(String(piece.value))
  })
  return text.join('')
}

/**
 * A statement of the engine, as a list of pieces: literal text, names and values. A plain string does not compile as a piece, so input
 * from outside never becomes SQL.
 */
export interface Sql {
  readonly [isSql]: true
  readonly pieces: readonly SqlPiece[]
}

declare const isSql: unique symbol

/** One piece of a statement: literal text, a name that the dialect quotes, or a value that is sent separately. */
export type SqlPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'name'; readonly path: readonly string[] }
  | { readonly kind: 'value'; readonly value: Value }

export type Value = string | number | bigint | boolean | null | Date | Buffer | readonly string[]

/** Makes a SQL identifier, which the dialect quotes. Several parts make a qualified name. */
export function name(...path: readonly string[]): Sql {
  return made([{ kind: 'name', path }])
}

/** Makes a SQL value, which is sent separately from the text. */
export function value(of: Value): Sql {
  return made([{ kind: 'value', value: of }])
}

/**
 * Makes SQL from a text of the server's catalog or of a migration file. This function is the only conversion from a string to SQL, so
 * a search for its name finds every use.
 */
export function verbatim(text: string): Sql {
  return made([{ kind: 'text', text }])
}

export function sql(texts: TemplateStringsArray, ...parts: readonly Sql[]): Sql {
  return made(texts.flatMap((text, index): SqlPiece[] => [{ kind: 'text', text }, ...(parts[index]?.pieces ?? [])]))
}

export function join(parts: readonly Sql[], between: Sql = sql`, `): Sql {
  return made(parts.flatMap((part, index) => (index === 0 ? part.pieces : [...between.pieces, ...part.pieces])))
}

function made(pieces: readonly SqlPiece[]): Sql {
  // The type mark of `Sql` exists only at compile time.
  return { pieces } as Sql
}

/** How a dialect writes identifiers and placeholders. */
export interface Notation {
  readonly quote: (identifier: string) => string
  /** Returns the placeholder of a value. `index` starts at 1. */
  readonly place: (index: number) => string
}

/** Converts a statement to the text to send and the list of its values. */
export function render(statement: Sql, notation: Notation): { readonly text: string; readonly values: readonly Value[] } {
  const values: Value[] = []
  const text = statement.pieces.map((piece) => {
    if (piece.kind === 'text') return piece.text
    if (piece.kind === 'name') return piece.path.map(notation.quote).join('.')
    return notation.place(values.push(piece.value))
  })
  return { text: text.join(''), values }
}

/**
 * A statement of the engine's own, in pieces: text that stands in the source, names, and values. A string that is not one
 * of these does not compile into it, so nothing that comes from outside can be read as SQL.
 */
export interface Sql {
  readonly [isSql]: true
  readonly pieces: readonly Piece[]
}

declare const isSql: unique symbol

export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'name'; readonly path: readonly string[] }
  | { readonly kind: 'value'; readonly value: Value }

export type Value = string | number | bigint | boolean | null | Date | Buffer | readonly string[]

/** An identifier, quoted by the dialect; with several parts, qualified. */
export function name(...path: readonly string[]): Sql {
  return made([{ kind: 'name', path }])
}

/** A value, sent apart from the text. */
export function value(of: Value): Sql {
  return made([{ kind: 'value', value: of }])
}

/**
 * Text that the server itself printed (an expression from its catalog, a statement of an author's file). The one way from
 * a string to SQL: every use of it can be found by its name.
 */
export function verbatim(text: string): Sql {
  return made([{ kind: 'text', text }])
}

export function sql(texts: TemplateStringsArray, ...parts: readonly Sql[]): Sql {
  return made(texts.flatMap((text, index): Piece[] => [{ kind: 'text', text }, ...(parts[index]?.pieces ?? [])]))
}

export function join(parts: readonly Sql[], between: Sql = sql`, `): Sql {
  return made(parts.flatMap((part, index) => (index === 0 ? part.pieces : [...between.pieces, ...part.pieces])))
}

function made(pieces: readonly Piece[]): Sql {
  // The brand exists for the compiler alone.
  return { pieces } as Sql
}

/** How a dialect writes names and the places of values. */
export interface Notation {
  readonly quote: (identifier: string) => string
  /** The place of the value, counted from 1. */
  readonly place: (index: number) => string
}

/** The text to send, and the values that go with it in order. */
export function render(statement: Sql, notation: Notation): { readonly text: string; readonly values: readonly Value[] } {
  const values: Value[] = []
  const text = statement.pieces.map((piece) => {
    if (piece.kind === 'text') return piece.text
    if (piece.kind === 'name') return piece.path.map(notation.quote).join('.')
    return notation.place(values.push(piece.value))
  })
  return { text: text.join(''), values }
}

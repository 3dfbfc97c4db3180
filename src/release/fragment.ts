/**
 * The key of the property that marks a SQL fragment. The symbol is in the global registry of symbols, because the project and the
 * command can load different copies of the package.
 */
const FRAGMENT: unique symbol = Symbol.for('interphase.sql')

/** A value that the dialect writes as a SQL literal. */
export type LiteralValue = string | number | bigint | boolean | null

/**
 * A piece of a SQL fragment. A piece is text that the author wrote, a name that the dialect quotes, a value that the dialect
 * writes as a literal, or the problem of an invalid piece.
 */
export type FragmentPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'name'; readonly path: readonly string[] }
  | { readonly kind: 'literal'; readonly value: LiteralValue }
  | { readonly kind: 'invalid'; readonly problem: string }

/** A fragment of SQL that an author wrote with the tag `sql`. */
export interface SqlFragment {
  readonly [FRAGMENT]: readonly FragmentPiece[]
  /** The call stack at the creation of the fragment. Messages take the file and the line from it. */
  readonly stack: string
}

/** The template tag `sql` for fragments in a migration, with functions for names and values. */
export interface SqlTag {
  (texts: TemplateStringsArray, ...parts: readonly SqlFragment[]): SqlFragment
  /**
   * Makes a SQL fragment with a name, which the dialect quotes. Several parts make a qualified name, as in
   * `sql.identifier('widget', 'code')`.
   */
  readonly identifier: (...path: readonly string[]) => SqlFragment
  /** Makes a SQL fragment with a value, which the dialect writes as a literal. */
  readonly literal: (value: LiteralValue) => SqlFragment
}

/**
 * The template tag `sql` for a declared data step. The text of the template becomes SQL. Between ${ and }, the tag accepts only
 * fragments, so a value cannot become SQL by accident.
 */
export const sqlTag: SqlTag = Object.assign(tag, {
  identifier: (...path: readonly string[]) => made([nameOf(path)]),
  literal: (value: LiteralValue) => made([literalOf(value)]),
})

function tag(texts: TemplateStringsArray, ...parts: readonly SqlFragment[]): SqlFragment {
  return made(texts.flatMap((text, index): readonly FragmentPiece[] => [{ kind: 'text', text }, ...piecesOfPart(parts, index)]))
}

export function isSqlFragment(value: unknown): value is SqlFragment {
  return typeof value === 'object' && value !== null && FRAGMENT in value
}

export function piecesOfFragment(fragment: SqlFragment): readonly FragmentPiece[] {
  return fragment[FRAGMENT]
}

class Fragment implements SqlFragment {
  readonly [FRAGMENT]: readonly FragmentPiece[]
  readonly stack = stackOfCaller()

  constructor(pieces: readonly FragmentPiece[]) {
    this[FRAGMENT] = pieces
  }
}

function made(pieces: readonly FragmentPiece[]): SqlFragment {
  return new Fragment(pieces.filter((piece) => piece.kind !== 'text' || piece.text !== ''))
}

function piecesOfPart(parts: readonly unknown[], index: number): readonly FragmentPiece[] {
  if (index >= parts.length) return []
  const part = parts[index]
  if (isSqlFragment(part)) return piecesOfFragment(part)
  const problem = 'sql`…` takes only fragments between ${ and }: write sql.literal(value) for a value, and sql.identifier(name) for a name'
  return [{ kind: 'invalid', problem }]
}

function nameOf(path: readonly unknown[]): FragmentPiece {
  const isName = (part: unknown): part is string => typeof part === 'string' && part !== '' && !part.includes('\0')
  if (path.length > 0 && path.every(isName)) return { kind: 'name', path }
  return { kind: 'invalid', problem: 'sql.identifier() takes names, which are texts that are not empty' }
}

function literalOf(value: unknown): FragmentPiece {
  if (isLiteral(value)) return { kind: 'literal', value }
  return { kind: 'invalid', problem: 'sql.literal() takes a text, a finite number, a bigint, true, false or null' }
}

function isLiteral(value: unknown): value is LiteralValue {
  if (typeof value === 'string') return !value.includes('\0')
  if (typeof value === 'number') return Number.isFinite(value)
  return value === null || typeof value === 'boolean' || typeof value === 'bigint'
}

/** Returns the call stack of the code that called the tag `sql`. */
export function stackOfCaller(): string {
  const holder: { readonly stack?: string } = {}
  Error.captureStackTrace(holder)
  return holder.stack ?? ''
}

import type { DialectName } from '../schema/object.ts'

/** The comment syntax of a migration file. */
export interface CommentSyntax {
  /** The marks that begin a comment which ends with the line. */
  readonly marks: readonly string[]
  /** True if the file syntax allows block comments inside block comments. */
  readonly nested: boolean
}

/** A comment in a migration file, with its line number. */
export interface MigrationFileComment {
  readonly line: number
  readonly text: string
}

const CODE: CommentSyntax = { marks: ['//'], nested: false }
const POSTGRES: CommentSyntax = { marks: ['--'], nested: true }
const MYSQL: CommentSyntax = { marks: ['--', '#'], nested: false }

const STYLES: { readonly [D in DialectName]: CommentSyntax } = { postgres: POSTGRES, mysql: MYSQL, mariadb: MYSQL }

/** Returns the comment syntax of a kind of migration file. */
export function commentSyntaxFor(kind: 'sql' | 'function', dialect: DialectName): CommentSyntax {
  return kind === 'sql' ? STYLES[dialect] : CODE
}

/** Returns the comments of a migration file before its first statement, and the offset of the first statement. */
export function findLeadingComments(
  text: string,
  style: CommentSyntax,
): { readonly comments: readonly MigrationFileComment[]; readonly end: number } {
  const comments: MigrationFileComment[] = []
  let at = skipSpace(text, 0)
  for (let end = commentEnd(text, at, style); end > at; end = commentEnd(text, at, style)) {
    comments.push({ line: text.slice(0, at).split('\n').length, text: inner(text.slice(at, end), style) })
    at = skipSpace(text, end)
  }
  return { comments, end: at }
}

function skipSpace(text: string, from: number): number {
  const space = /\s*/y
  space.lastIndex = from
  return from + (space.exec(text)?.[0].length ?? 0)
}

/** Returns the end of the comment that begins at the offset. If no comment begins there, returns the same offset. */
function commentEnd(text: string, at: number, style: CommentSyntax): number {
  if (style.marks.some((mark) => text.startsWith(mark, at))) {
    const end = text.indexOf('\n', at)
    return end < 0 ? text.length : end
  }
  // MySQL executes the content of /*! … */, and MariaDB executes the content of /*M! … */. Such a text is therefore a statement
  // and not a comment.
  if (!text.startsWith('/*', at) || /^\/\*M?!/.test(text.slice(at, at + 4))) return at
  return endOfBlockComment(text, at, style.nested)
}

function endOfBlockComment(text: string, at: number, nested: boolean): number {
  const border = nested ? /\/\*|\*\//g : /\*\//g
  border.lastIndex = at + 2
  let depth = 1
  for (let found = border.exec(text); found; found = border.exec(text)) {
    depth += found[0] === '*/' ? -1 : 1
    if (depth === 0) return border.lastIndex
  }
  return text.length
}

function inner(comment: string, style: CommentSyntax): string {
  const mark = style.marks.find((known) => comment.startsWith(known))
  if (mark !== undefined) return comment.slice(mark.length)
  return comment.replace(/^\/\*/, '').replace(/\*\/$/, '')
}

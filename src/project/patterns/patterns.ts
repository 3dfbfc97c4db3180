import type { DialectName } from '../../schema/object.ts'
import { dropColumnPattern } from './drop-column.ts'
import { changeTypePattern, renameColumnPattern } from './new-column.ts'
import { notNullPattern } from './not-null.ts'
import { CHANGE_FILE_KINDS, type ChangeFileKind, type ChangePattern, type PatternNames, quotePatternNames } from './pattern.ts'
import { splitTablePattern } from './split-table.ts'
import { uniquePattern } from './unique.ts'

/** The names of the patterns, which are the values of the option `--pattern` of `interphase new`. */
export const PATTERN_NAMES = ['not-null', 'rename-column', 'change-type', 'unique', 'split-table', 'drop-column'] as const
export type PatternName = (typeof PATTERN_NAMES)[number]

export const CHANGE_PATTERNS: { readonly [P in PatternName]: ChangePattern } = {
  'not-null': notNullPattern,
  'rename-column': renameColumnPattern,
  'change-type': changeTypePattern,
  'unique': uniquePattern,
  'split-table': splitTablePattern,
  'drop-column': dropColumnPattern,
}

/** A file of a change: the part of the file name between slug and extension, such as `expand.undo.mysql`, and the content. */
export interface PatternFile {
  readonly kind: ChangeFileKind
  readonly tags: string
  readonly text: string
}

/**
 * Returns the files of a pattern for the dialects of a project. If the content is the same for all dialects, there is one file.
 * Otherwise there is one file for PostgreSQL, and one for MySQL that MariaDB also uses.
 */
export function makePatternFiles(pattern: PatternName, names: PatternNames, dialects: readonly DialectName[]): readonly PatternFile[] {
  const servers = [...new Set(dialects.map((dialect) => (dialect === 'postgres' ? dialect : 'mysql')))]
  const made = servers.map((server) => ({ server, texts: CHANGE_PATTERNS[pattern].texts(quotePatternNames(names, server), server) }))
  return CHANGE_FILE_KINDS.flatMap((kind) => {
    const found = made.flatMap(({ server, texts }) => (texts[kind] === undefined ? [] : [{ server, text: texts[kind] }]))
    const same = new Set(found.map(({ text }) => text)).size === 1
    if (same) return found.slice(0, 1).map(({ text }) => ({ kind, tags: kind, text }))
    return found.map(({ server, text }) => ({ kind, tags: `${kind}.${server}`, text }))
  })
}

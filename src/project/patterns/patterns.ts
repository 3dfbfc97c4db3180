import type { DialectName } from '../../schema/object.ts'
import { dropColumnPattern } from './drop-column.ts'
import { changeTypePattern, renameColumnPattern } from './new-column.ts'
import { notNullPattern } from './not-null.ts'
import { CHANGE_FILE_KINDS, type ChangeFileKind, type ChangePattern, type PatternNames, quotePatternNames } from './pattern.ts'
import { splitTablePattern } from './split-table.ts'
import { uniquePattern } from './unique.ts'

/** The names of the patterns, as `interphase new --pattern` takes them. */
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

/** A file of a change: the part of its name between slug and extension, such as `expand.undo.mysql`, and its content. */
export interface PatternFile {
  readonly kind: ChangeFileKind
  readonly tags: string
  readonly text: string
}

/**
 * Makes the files of a pattern for the dialects of a project. One file serves all dialects if its content is the same for all.
 * Otherwise PostgreSQL has one, and MySQL has one that MariaDB uses too.
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

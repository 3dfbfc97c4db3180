import { completePatternArguments } from './complete-names.ts'
import { dropColumnPattern } from './drop-column.ts'
import { changeTypePattern, renameColumnPattern } from './new-column.ts'
import { notNullPattern } from './not-null.ts'
import { canTableRollBack, removeBatches } from './part-of-file.ts'
import {
  CHANGE_FILE_KINDS,
  type ChangeFileKind,
  type ChangeFileTexts,
  type ChangePattern,
  type PatternArguments,
  quotePatternArguments,
} from './pattern.ts'
import type { PatternTargetDialect } from './recorded-table.ts'
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

/**
 * A migration file of a change: the part of the file name between slug and extension, such as `expand.undo.mysql`, and the
 * content.
 */
export interface PatternFile {
  readonly kind: ChangeFileKind
  readonly tags: string
  readonly text: string
}

/**
 * Returns the migration files of a pattern for the dialects of a project. If the content is the same for all dialects, the result
 * has one file. MySQL and MariaDB share a file if their content is the same. Throws `usage` if a name is missing, or if the
 * recorded schema does not contain the column.
 */
export function makePatternFiles(
  pattern: PatternName,
  given: Partial<PatternArguments>,
  targets: readonly PatternTargetDialect[],
): readonly PatternFile[] {
  const made = targets.map((target) => ({ dialect: target.dialect, texts: textsFor(pattern, given, target) }))
  return CHANGE_FILE_KINDS.flatMap((kind) => {
    if (made.every(({ texts }) => texts[kind] === undefined)) return []
    const texts = new Map(made.map(({ dialect, texts: all }) => [dialect, all[kind] ?? NOTHING_TO_DO[kind]]))
    const [first = ''] = texts.values()
    if (new Set(texts.values()).size === 1) return [{ kind, tags: kind, text: first }]
    const isShared = !texts.has('mysql') || texts.get('mysql') === texts.get('mariadb')
    return [...texts].flatMap(([dialect, text]) => {
      if (dialect === 'postgres') return [{ kind, tags: `${kind}.postgres`, text }]
      if (!isShared) return [{ kind, tags: `${kind}.${dialect}`, text }]
      return dialect === 'mariadb' && texts.has('mysql') ? [] : [{ kind, tags: `${kind}.mysql`, text }]
    })
  })
}

/**
 * The content of the file for a server that needs no statement in a phase, while another server of the project needs a statement.
 */
const NOTHING_TO_DO: { readonly [K in ChangeFileKind]: string } = {
  'expand': '-- This server needs no statement.\n',
  'expand.undo': '-- This server needs no statement.\n',
  'migrate': '-- This server needs no statement.\n',
  'migrate.pending': 'SELECT 0 AS pending;\n',
  'migrate.undo': '-- This server needs no statement.\n',
  'contract': '-- This server needs no statement.\n',
}

function textsFor(pattern: PatternName, given: Partial<PatternArguments>, target: PatternTargetDialect): ChangeFileTexts {
  const server = target.dialect === 'postgres' ? 'postgres' : 'mysql'
  const { names, column } = completePatternArguments(pattern, CHANGE_PATTERNS[pattern].uses, given, target)
  const texts = CHANGE_PATTERNS[pattern].texts(quotePatternArguments(names, server), server, column)
  if (texts.migrate === undefined || !column || canTableRollBack(column.objects)) return texts
  return { ...texts, migrate: removeBatches(texts.migrate) }
}

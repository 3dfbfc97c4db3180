import { InterphaseError } from '../../error.ts'
import type { DialectName } from '../../schema/object.ts'
import { withoutDefaultCollation } from './column-copy.ts'
import { doesColumnNeedDefault } from './drop-column.ts'
import type { ColumnOfPattern, PatternArguments } from './pattern.ts'
import { type PatternTargetDialect, requireColumnOfRecordedSchema } from './recorded-table.ts'

/** All arguments of a pattern, and the recorded column to which they belong. */
export interface CompletePatternArguments {
  readonly names: PatternArguments
  /** The recorded column of the pattern. The field is undefined if no release is recorded. */
  readonly column: ColumnOfPattern | undefined
}

type NameOfPattern = keyof PatternArguments

/**
 * Completes the arguments that the author gave to a pattern from the recorded schema. Throws `usage` if the recorded schema does
 * not contain the column, or if the author must give a name and did not.
 */
export function completePatternArguments(
  pattern: string,
  uses: readonly NameOfPattern[],
  given: Partial<PatternArguments>,
  { dialect, recorded }: PatternTargetDialect,
): CompletePatternArguments {
  const missing = (['table', 'column', 'to'] as const).filter((name) => uses.includes(name) && given[name] === undefined)
  if (missing.length > 0) throw lacking(pattern, missing, `Write ${missing.map((name) => `--${name} <name>`).join(' ')}.`)
  const { table = '', column: name = '', to = '' } = given
  const found = recorded && requireColumnOfRecordedSchema(dialect, recorded, table, name)
  if (found && uses.includes('to')) refuseTakenName(pattern, found.objects, { ...given, to })
  const names = {
    table,
    column: name,
    to,
    key: keyOf(uses, given, found),
    type: typeOf(pattern, uses, given, found, dialect),
    value: valueOf(pattern, uses, given, found),
  }
  return { names, column: found && { ...found, given: { ...given, key: names.key } } }
}

type Found = ReturnType<typeof requireColumnOfRecordedSchema> | undefined

function refuseTakenName(
  pattern: string,
  objects: readonly { readonly kind: string; readonly name: string }[],
  names: Partial<PatternArguments>,
): void {
  const { table = '', to = '' } = names
  if (pattern === 'split-table' || !objects.some(({ kind, name }) => kind === 'column' && name === to)) return
  throw new InterphaseError('usage', { problem: `the table ${table} already has a column ${to}`, try: 'Write another name: --to <name>' })
}

function keyOf(uses: readonly NameOfPattern[], { key }: Partial<PatternArguments>, found: Found): string {
  if (key !== undefined || !uses.includes('key')) return key ?? ''
  if (!found) return 'id'
  const primary = found.objects.find((object) => object.kind === 'primary-key')
  const columns = primary?.kind === 'primary-key' ? primary.columns : []
  const [first] = columns
  if (first !== undefined && columns.length === 1) return first
  throw new InterphaseError('usage', {
    problem: `the table ${found.column.table} has no primary key of one column`,
    try: 'Write a unique column that identifies the rows: --key <name>',
  })
}

function typeOf(
  pattern: string,
  uses: readonly NameOfPattern[],
  { type }: Partial<PatternArguments>,
  found: Found,
  dialect: DialectName,
): string {
  if (type !== undefined || !uses.includes('type')) return type ?? ''
  if (pattern === 'change-type') throw lacking(pattern, ['type'], "Write the new type of the column: --type 'numeric(12,2)'.")
  // On PostgreSQL, the statement that adds NOT NULL does not repeat the type of the column, so the pattern does not need the
  // type.
  if (pattern === 'not-null' && dialect === 'postgres') return ''
  if (found) return found.online.typeOf(pattern === 'split-table' ? found.column : withoutDefaultCollation(found.column, found.objects))
  throw lacking(
    pattern,
    ['type'],
    `No release is recorded for ${dialect}, so the type of the column is not known. Run interphase record, or write the type: --type 'varchar(200)'.`,
  )
}

function valueOf(pattern: string, uses: readonly NameOfPattern[], { value }: Partial<PatternArguments>, found: Found): string {
  if (value !== undefined || !uses.includes('value')) return value ?? ''
  if (pattern === 'drop-column' && found && !doesColumnNeedDefault(found)) return ''
  const own = found?.column.default
  if (own !== undefined) return own
  const purpose =
    pattern === 'drop-column'
      ? 'the value that the rows of the new version get in the column'
      : 'the value of the rows in which the column is NULL'
  throw lacking(pattern, ['value'], `Write ${purpose}, as SQL: --value "'none'".`)
}

function lacking(pattern: string, names: readonly NameOfPattern[], better: string): InterphaseError {
  return new InterphaseError('usage', {
    problem: `the pattern ${pattern} needs ${names.map((name) => `--${name}`).join(', ')}`,
    try: better,
  })
}

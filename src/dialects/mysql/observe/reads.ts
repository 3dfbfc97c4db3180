import type { CatalogReading } from '../../../dialect/dialect.ts'
import { addWrittenTablesToReads, type RowWrite } from '../../../effect/row-write.ts'
import { tableGroupKey } from '../../../schema/object.ts'
import { combineReadColumns, namedColumnsOfTables, type ReadColumnsByTable } from '../../../schema/reads.ts'
import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'
import { leadingWordsOfStatement } from '../text/manner.ts'
import { type MysqlObjectNames, objectNamesInState } from '../text/names.ts'
import { canNameMysqlTable } from '../text/table-place.ts'

/**
 * Returns the columns that statements read, according to their texts. If a statement names a table, each column of the table
 * whose name occurs in the text counts as read. Returns undefined if a text does not name every column that the statement reads.
 */
export function findColumnsReadByMysqlStatements(
  statements: readonly string[],
  before: CatalogReading,
  writes: readonly RowWrite[],
): ReadColumnsByTable | undefined {
  const names = objectNamesInState(before.state)
  const reads = statements.map((text) => readsOfOne(tokenizeMysql(text), names, before))
  return addWrittenTablesToReads(combineReadColumns(reads), writes)
}

function readsOfOne(tokens: readonly MysqlToken[], names: MysqlObjectNames, before: CatalogReading): ReadColumnsByTable | undefined {
  if (!isPlain(tokens, names, before)) return undefined
  // Column names are case-insensitive, so the comparison uses upper case.
  const words = new Set(tokens.filter(isWord).map(({ value }) => value.toUpperCase()))
  return namedColumnsOfTables(before.state, tablesIn(tokens, names), (column) => words.has(column.toUpperCase()))
}

const DATA: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'WITH'])

/**
 * Returns true when the text of a statement names every column that the statement reads. Such a statement reads or writes rows,
 * and contains no `*`, no NATURAL and no executable comment. The statement names no routine and no view, and its tables have no
 * triggers.
 */
function isPlain(tokens: readonly MysqlToken[], names: MysqlObjectNames, { state }: CatalogReading): boolean {
  if (!DATA.has(leadingWordsOfStatement(tokens)[0] ?? '') || tokens.some(({ kind }) => kind === 'mark')) return false
  if (tokens.some((token, index) => isStar(tokens, index) || isNatural(token) || isRoutine(token, tokens[index + 1], names))) return false
  return tokens.every((token, index) => {
    if (!canNameMysqlTable(tokens, index)) return true
    const groups = [...(names.groups.get(nameOf(token, names) ?? '') ?? [])]
    return groups.every((group) => {
      if (!group.startsWith('table:')) return false
      return ![...(state.groups.get(group)?.values() ?? [])].some(({ kind }) => kind === 'trigger' || kind === 'opaque')
    })
  })
}

/**
 * Returns true for a `*` that means all columns, as in `SELECT *`, `t.*` or `, *`. Returns false for `count(*)` and for a
 * multiplication.
 */
function isStar(tokens: readonly MysqlToken[], index: number): boolean {
  if (tokens[index]?.value !== '*') return false
  return /^(?:SELECT|DISTINCT|ALL|\.|,)$/.test(tokens[index - 1]?.value ?? '')
}

function isNatural({ kind, value }: MysqlToken): boolean {
  return kind === 'word' && value === 'NATURAL'
}

function isRoutine(token: MysqlToken, next: MysqlToken | undefined, names: MysqlObjectNames): boolean {
  return next?.value === '(' && names.routines.has(nameOf(token, names) ?? '')
}

function tablesIn(tokens: readonly MysqlToken[], names: MysqlObjectNames): readonly string[] {
  return [
    ...new Set(
      tokens.flatMap((token, index) => {
        const name = canNameMysqlTable(tokens, index) ? nameOf(token, names) : undefined
        return name !== undefined && names.groups.get(name)?.has(tableGroupKey(name)) ? [name] : []
      }),
    ),
  ]
}

function nameOf(token: MysqlToken, names: MysqlObjectNames): string | undefined {
  if (token.kind === 'name') return names.groups.has(token.value) ? token.value : undefined
  return token.kind === 'word' ? names.byWord.get(token.value) : undefined
}

function isWord({ kind }: MysqlToken): boolean {
  return kind === 'word' || kind === 'name'
}

import type { Reading } from '../../../dialect/dialect.ts'
import { type RowWrite, readsWithWrites } from '../../../effect/row-write.ts'
import { tableGroup } from '../../../schema/object.ts'
import { combineReads, type ReadColumns, readsOfTables } from '../../../schema/reads.ts'
import { type Token, tokensOf } from '../text/lexer.ts'
import { leadingWords } from '../text/manner.ts'
import { type Names, namesIn } from '../text/names.ts'

/** Returns the columns that data statements read, judged by their text. A column counts as read if its name occurs in the text. */
export function readsOf(statements: readonly string[], before: Reading, writes: readonly RowWrite[]): ReadColumns | undefined {
  const names = namesIn(before.state)
  const reads = statements.map((text) => readsOfOne(tokensOf(text), names, before))
  return readsWithWrites(combineReads(reads), writes)
}

function readsOfOne(tokens: readonly Token[], names: Names, before: Reading): ReadColumns | undefined {
  if (!isPlain(tokens, names, before)) return undefined
  // Column names are case-insensitive, so the words of the statement are compared in upper case.
  const words = new Set(tokens.filter(isWord).map(({ value }) => value.toUpperCase()))
  return readsOfTables(before.state, tablesIn(tokens, names), (column) => words.has(column.toUpperCase()))
}

const DATA: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'WITH'])

/** True when the text of a statement shows everything that it reads: it contains no routine, view, trigger or whole row. */
function isPlain(tokens: readonly Token[], names: Names, { state }: Reading): boolean {
  if (!DATA.has(leadingWords(tokens)[0] ?? '') || tokens.some(({ kind }) => kind === 'mark')) return false
  if (tokens.some((token, index) => isStar(tokens, index) || isNatural(token) || isRoutine(token, tokens[index + 1], names))) return false
  return tokens.every((token) => {
    const groups = [...(names.groups.get(nameOf(token, names) ?? '') ?? [])]
    return groups.every((group) => {
      if (!group.startsWith('table:')) return false
      return ![...(state.groups.get(group)?.values() ?? [])].some(({ kind }) => kind === 'trigger' || kind === 'opaque')
    })
  })
}

/** True for a `*` that means all columns, as in `SELECT *`, `t.*` or `, *`. False for `count(*)` and a multiplication. */
function isStar(tokens: readonly Token[], index: number): boolean {
  if (tokens[index]?.value !== '*') return false
  return /^(?:SELECT|DISTINCT|ALL|\.|,)$/.test(tokens[index - 1]?.value ?? '')
}

function isNatural({ kind, value }: Token): boolean {
  return kind === 'word' && value === 'NATURAL'
}

function isRoutine(token: Token, next: Token | undefined, names: Names): boolean {
  return next?.value === '(' && names.routines.has(nameOf(token, names) ?? '')
}

function tablesIn(tokens: readonly Token[], names: Names): readonly string[] {
  return [
    ...new Set(
      tokens.flatMap((token) => {
        const name = nameOf(token, names)
        return name !== undefined && names.groups.get(name)?.has(tableGroup(name)) ? [name] : []
      }),
    ),
  ]
}

function nameOf(token: Token, names: Names): string | undefined {
  if (token.kind === 'name') return names.groups.has(token.value) ? token.value : undefined
  return token.kind === 'word' ? names.byWord.get(token.value) : undefined
}

function isWord({ kind }: Token): boolean {
  return kind === 'word' || kind === 'name'
}

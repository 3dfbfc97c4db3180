import { type MysqlToken, tokenizeMysql } from '../lexer.ts'
import { dottedNameAt } from './name-chain.ts'
import { findObjectNameOccurrences } from './places.ts'

// Matches `information_schema`, which every database can read and no statement can change.
const CATALOG = /^information_schema$/i

/**
 * Returns the name of a database in a statement, even the name of the current database. Returns undefined if the statement contains
 * no such name except `information_schema`. In `d.t`, the name `d` is a database if `d.t` is the name of a table or of a called
 * routine. In `d.t.c`, the first name is always a database. In every other `d.t`, the name `d` counts as a database, unless `d` is
 * NEW or OLD, or also occurs without a dot, as a table or an alias does.
 */
export function findDatabaseNameInStatement(text: string, all: readonly MysqlToken[], except: 'packages' | 'nothing'): string | undefined {
  const tokens = all.filter(({ kind }) => kind !== 'mark')
  if (!hasChain(tokens)) return undefined
  const isPackage = (isCalled: boolean) => isCalled && except === 'packages'
  const named = findObjectNameOccurrences(text, tokens).flatMap(({ kind, use, database }) =>
    database === undefined || isPackage(kind === 'routine' && use === 'reads') ? [] : [database],
  )
  const chained = chainsIn(text, tokens).flatMap(({ first, isRoutine, isDatabase }) => (isDatabase && !isPackage(isRoutine) ? [first] : []))
  return [...named, ...chained].find((database) => !CATALOG.test(database))
}

/**
 * Returns the names before the dot in calls of routines, such as `p` of `p.f()` and of `CALL p.f()`. On MariaDB, such a name can
 * be a package of the current database.
 */
export function findQualifiersOfCalls(text: string): readonly string[] {
  if (!CALL.test(text)) return []
  const tokens = tokenizeMysql(text).filter(({ kind }) => kind !== 'mark')
  if (!hasChain(tokens)) return []
  const called = findObjectNameOccurrences(text, tokens).flatMap(({ kind, use, database }) =>
    kind === 'routine' && use === 'reads' ? (database ?? []) : [],
  )
  const chained = chainsIn(text, tokens).flatMap(({ first, isRoutine }) => (isRoutine ? [first] : []))
  return [...new Set([...called, ...chained])].filter((name) => !CATALOG.test(name))
}

const CALL = /\bcall\b|\.\s*[\w$`"\u0080-\uffff]+\s*\(/i

function hasChain(tokens: readonly MysqlToken[]): boolean {
  return tokens.some(({ kind, value }) => kind === 'symbol' && value === '.')
}

interface NameChain {
  readonly first: string
  /** True if a parenthesis follows two names with a dot between them, as in the call `p.f()`. */
  readonly isRoutine: boolean
  /** True if the first of the joined names is the name of a database, or of a package. */
  readonly isDatabase: boolean
}

function chainsIn(text: string, tokens: readonly MysqlToken[]): readonly NameChain[] {
  const declared = new Set<string>()
  const chains: { readonly first: string; readonly names: number; readonly isCalled: boolean }[] = []
  for (let at = 0; at < tokens.length; ) {
    const chain = dottedNameAt(text, tokens, at)
    const [first = ''] = chain?.parts ?? []
    if (chain?.parts.length === 1) declared.add(first.toLowerCase())
    else if (chain && !isAccount(tokens, at)) {
      chains.push({ first, names: chain.parts.length, isCalled: tokens[chain.end]?.value === '(' })
      // In a query of `information_schema`, a table such as `columns` can precede the name of a column, as in `columns.table_name`.
      // In this case, `columns` is not the name of a database.
      if (CATALOG.test(first)) declared.add((chain.parts[1] ?? '').toLowerCase())
    }
    at = chain?.end ?? at + 1
  }
  return chains.map(({ first, names, isCalled }) => ({
    first,
    isRoutine: names === 2 && isCalled,
    isDatabase: names > 2 || isCalled || !(declared.has(first.toLowerCase()) || ROWS.test(first)),
  }))
}

// Matches NEW and OLD, the names of the rows in a trigger.
const ROWS = /^(?:new|old)$/i

/** Returns true for an account name such as `root@db.example.com`. */
function isAccount(tokens: readonly MysqlToken[], at: number): boolean {
  return tokens[at]?.value.startsWith('@') === true || tokens[at - 1]?.value === '@'
}

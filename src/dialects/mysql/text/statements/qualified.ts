import type { MysqlToken } from '../lexer.ts'
import { dottedNameAt } from './name-chain.ts'
import { findObjectNames } from './places.ts'

// Matches `information_schema`, which is readable from every database and in which nothing can be changed.
const CATALOG = /^information_schema$/i

/**
 * Finds the name of a database in a statement, even the name of the current database. A database can stand in a table name, in a chain
 * of three names, before a called routine, or before a name that the statement does not declare. Undefined if there is none.
 */
export function findDatabaseName(text: string, all: readonly MysqlToken[]): string | undefined {
  const tokens = all.filter(({ kind }) => kind !== 'mark')
  if (!tokens.some(({ kind, value }) => kind === 'symbol' && value === '.')) return undefined
  const ofTables = findObjectNames(text, tokens).flatMap(({ database }) => database ?? [])
  return [...ofTables, ...ofChains(text, tokens)].find((database) => !CATALOG.test(database))
}

function ofChains(text: string, tokens: readonly MysqlToken[]): readonly string[] {
  const declared = new Set<string>()
  const chains: { readonly first: string; readonly names: number; readonly isCalled: boolean }[] = []
  for (let at = 0; at < tokens.length; ) {
    const chain = dottedNameAt(text, tokens, at)
    const [first = ''] = chain?.parts ?? []
    if (chain?.parts.length === 1) declared.add(first.toLowerCase())
    else if (chain && !isAccount(tokens, at)) {
      chains.push({ first, names: chain.parts.length, isCalled: tokens[chain.end]?.value === '(' })
      // The table name of `information_schema.columns` can stand before the names of its columns.
      if (CATALOG.test(first)) declared.add((chain.parts[1] ?? '').toLowerCase())
    }
    at = chain?.end ?? at + 1
  }
  return chains.flatMap(({ first, names, isCalled }) =>
    names > 2 || isCalled || !(declared.has(first.toLowerCase()) || ROWS.test(first)) ? [first] : [],
  )
}

// Matches NEW and OLD, the rows in a trigger.
const ROWS = /^(?:new|old)$/i

/** True for an account name such as `root@db.example.com`. */
function isAccount(tokens: readonly MysqlToken[], at: number): boolean {
  return tokens[at]?.value.startsWith('@') === true || tokens[at - 1]?.value === '@'
}

import type { Token } from '../lexer.ts'
import { chainAt } from './chains.ts'
import { placesIn } from './places.ts'

// Every database may be asked what it is made of; nothing can be changed there.
const CATALOG = /^information_schema$/i

/**
 * The database that a statement names, its own among them: in a place for a table, in a chain of three names, before a
 * routine that is called, or before a name that no part of the statement declares. Undefined where it names none.
 */
export function databaseNamed(text: string, all: readonly Token[]): string | undefined {
  const tokens = all.filter(({ kind }) => kind !== 'mark')
  if (!tokens.some(({ kind, value }) => kind === 'symbol' && value === '.')) return undefined
  const ofTables = placesIn(text, tokens).flatMap(({ database }) => database ?? [])
  return [...ofTables, ...ofChains(text, tokens)].find((database) => !CATALOG.test(database))
}

function ofChains(text: string, tokens: readonly Token[]): readonly string[] {
  const declared = new Set<string>()
  const chains: { readonly first: string; readonly names: number; readonly isCalled: boolean }[] = []
  for (let at = 0; at < tokens.length; ) {
    const chain = chainAt(text, tokens, at)
    const [first = ''] = chain?.parts ?? []
    if (chain?.parts.length === 1) declared.add(first.toLowerCase())
    else if (chain && !isAccount(tokens, at)) {
      chains.push({ first, names: chain.parts.length, isCalled: tokens[chain.end]?.value === '(' })
      // The table of `information_schema.columns` gives its name to columns.
      if (CATALOG.test(first)) declared.add((chain.parts[1] ?? '').toLowerCase())
    }
    at = chain?.end ?? at + 1
  }
  return chains.flatMap(({ first, names, isCalled }) =>
    names > 2 || isCalled || !(declared.has(first.toLowerCase()) || ROWS.test(first)) ? [first] : [],
  )
}

// The rows of a trigger.
const ROWS = /^(?:new|old)$/i

/** `root@db.example.com` is a person and where that is. */
function isAccount(tokens: readonly Token[], at: number): boolean {
  return tokens[at]?.value.startsWith('@') === true || tokens[at - 1]?.value === '@'
}

import type { RowWrite } from '../../../effect/row-write.ts'
import { tableGroupKey } from '../../../schema/object.ts'
import { objectsOfState } from '../../../schema/state.ts'
import { tokenizeMysql } from '../text/lexer.ts'
import { splitBodyStatements } from '../text/statements/starts.ts'
import { findMysqlRowWrites, type MysqlRowWriteFacts } from './row-writes.ts'

/**
 * Finds the existing tables whose rows the statements inside blocks and routines can write. A shadow has few rows or none, so a loop
 * over rows does not run there. Only the text of a body shows what the body does on a database with rows. `bodies` are the statements
 * of blocks and of called procedures.
 */
export function findRowWritesInBodies(
  statements: readonly string[],
  bodies: readonly string[],
  facts: MysqlRowWriteFacts,
): readonly RowWrite[] {
  const called = bodiesOfCalledFunctions([...statements, ...bodies], facts).flatMap(splitBodyStatements)
  const writes = findMysqlRowWrites([...bodies, ...called], { ...facts, wrote: false, isLax: false, off: new Set() })
  const tables = new Set(writes.map(({ table }) => table))
  return [...tables].filter((table) => facts.known.groups.get(table)?.has(tableGroupKey(table))).map((table) => ({ table }))
}

/** Returns the definitions of the functions that the statements call, directly or through other functions. */
function bodiesOfCalledFunctions(statements: readonly string[], { before }: MysqlRowWriteFacts): readonly string[] {
  const functions = [...objectsOfState(before.state)].flatMap((object) =>
    object.kind === 'function' && object.routine === 'function' ? [object] : [],
  )
  if (functions.length === 0) return []
  const found = new Map<string, string>()
  const texts = statements.filter((text) => !/^\s*(?:create|drop|alter)\b/i.test(text))
  // The loop also visits the bodies that it finds itself.
  for (const text of texts)
    for (const { name, definition } of functions) {
      if (found.has(name) || !calls(text, name)) continue
      found.set(name, definition)
      texts.push(definition)
    }
  return [...found.values()]
}

function calls(text: string, name: string): boolean {
  if (!text.toLowerCase().includes(name.toLowerCase())) return false
  return tokenizeMysql(text).some(
    ({ kind, value }, index, tokens) =>
      (kind === 'name' || kind === 'word') && value.toLowerCase() === name.toLowerCase() && tokens[index + 1]?.value === '(',
  )
}

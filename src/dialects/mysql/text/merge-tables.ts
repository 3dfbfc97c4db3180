import type { FileStatement } from '../../../dialect/statement.ts'
import { tokenizeMysql } from './lexer.ts'
import { findObjectNameOccurrences } from './statements/places.ts'

/**
 * Moves each CREATE TABLE statement of a MERGE table after the tables of its UNION clause, because the server cannot open a MERGE
 * table before these tables exist. A dump contains its tables in the order of their names.
 */
export function moveMergeTableStatements(statements: readonly FileStatement[]): readonly FileStatement[] {
  if (!statements.some(({ text }) => MERGES.test(text))) return statements
  const moved: FileStatement[] = []
  const waiting: { readonly statement: FileStatement; readonly needs: Set<string> }[] = []
  for (const [index, statement] of statements.entries()) {
    const needs = MERGES.test(statement.text) ? tablesMadeLater(statement, statements.slice(index + 1)) : new Set<string>()
    if (needs.size > 0) {
      waiting.push({ statement, needs })
      continue
    }
    moved.push(statement)
    for (const made of tablesMadeBy(statement)) for (const one of waiting) one.needs.delete(made)
    const ready = waiting.filter((one) => one.needs.size === 0)
    for (const one of ready) waiting.splice(waiting.indexOf(one), 1)
    moved.push(...ready.map((one) => one.statement))
  }
  return moved
}

const MERGES = /\bcreate\b[^]*\bunion\s*=\s*\(/i

function tablesMadeLater({ text }: FileStatement, later: readonly FileStatement[]): Set<string> {
  const made = new Set(later.flatMap(tablesMadeBy))
  const united = findObjectNameOccurrences(text, tokenizeMysql(text)).filter(({ kind, use }) => kind === 'table' && use === 'changes')
  return new Set(united.map(({ name }) => name).filter((name) => made.has(name)))
}

function tablesMadeBy({ text }: FileStatement): readonly string[] {
  if (!/\bcreate\b[^]*\btable\b/i.test(text.slice(0, 60))) return []
  const names = findObjectNameOccurrences(text, tokenizeMysql(text))
  return names.flatMap(({ kind, use, name }) => (kind === 'table' && use === 'makes' ? [name] : []))
}

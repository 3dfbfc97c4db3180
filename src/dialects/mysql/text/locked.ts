import type { FileStatement } from '../../../dialect/statement.ts'
import { tokenizeMysql } from './lexer.ts'
import { leadingWordsOfStatement } from './manner.ts'

/**
 * Combines the statements from LOCK TABLES to UNLOCK TABLES into one statement with the field `isCombined`. While a session has
 * locked tables, the session can use no other tables. The engine therefore cannot write its ledger or read the catalog between
 * these statements. `check` throws an error for a statement that cannot be a part of the combined statement.
 */
export function combineStatementsUnderLockTables(
  statements: readonly FileStatement[],
  check: (part: FileStatement) => void,
): readonly FileStatement[] {
  const joined: FileStatement[] = []
  let locked: FileStatement[] = []
  const end = () => {
    if (locked.length > 0) joined.push(...one(locked))
    locked = []
  }
  for (const statement of statements) {
    if (locked.length === 0 && !beginsWithLockTables(statement.text)) joined.push(statement)
    else {
      check(statement)
      locked.push(statement)
    }
    if (isUnlockTables(statement.text)) end()
  }
  end()
  return joined
}

/** Returns true when a text begins with LOCK TABLES. The text can contain several statements. */
export function beginsWithLockTables(text: string): boolean {
  return (
    /^\s*(?:\/\*[^]*?\*\/\s*)*lock\b/i.test(text) &&
    /^LOCK TABLES?$/.test(leadingWordsOfStatement(tokenizeMysql(text)).slice(0, 2).join(' '))
  )
}

export function isUnlockTables(text: string): boolean {
  return /^\s*unlock\b/i.test(text) && /^UNLOCK TABLES?$/.test(leadingWordsOfStatement(tokenizeMysql(text)).join(' '))
}

/**
 * Returns one statement that combines the parts, with the line numbers of the file. If a part begins or ends a transaction, the
 * function returns the parts as separate statements, and the engine refuses the file later. The reason is that such a part releases
 * the table locks.
 */
function one(parts: readonly FileStatement[]): readonly FileStatement[] {
  const [first] = parts
  if (!first || parts.length === 1 || parts.some(({ manner }) => manner === 'control')) return parts
  let text = ''
  let line = first.line
  for (const part of parts) {
    const blank = '\n'.repeat(part.line - line)
    text += text === '' ? part.text : `;${blank === '' ? ' ' : blank}${part.text}`
    line = part.line + part.text.split('\n').length - 1
  }
  return [{ text, line: first.line, manner: 'bare', repeatable: false, waitsWithoutTimeout: false, isCombined: true }]
}

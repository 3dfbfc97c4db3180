import type { PostgresSyntaxTreeNode } from './tree.ts'

interface Node {
  readonly kind: string
  readonly tree: PostgresSyntaxTreeNode
}

/**
 * Removes the BEGIN and the COMMIT around all statements of a SQL file, because the engine runs the file in its own transaction.
 * Returns all statements unchanged if the file contains several transactions, or transaction statements other than one plain
 * BEGIN and one plain COMMIT.
 */
export function removePostgresTransactionPair<T extends Node>(parsed: readonly T[]): readonly T[] {
  const control = parsed.filter(isControl)
  const [begin, commit] = control
  const isPair = control.length === 2 && isPlain(begin, /^TRANS_STMT_(?:BEGIN|START)$/) && isPlain(commit, /^TRANS_STMT_COMMIT$/)
  return isPair ? parsed.filter((statement) => !isControl(statement)) : parsed
}

function isControl({ kind }: Node): boolean {
  return kind === 'TransactionStmt'
}

function isPlain(statement: Node | undefined, kind: RegExp): boolean {
  const { kind: found, options, chain }: PostgresSyntaxTreeNode = statement?.tree ?? {}
  return typeof found === 'string' && kind.test(found) && options === undefined && chain !== true
}

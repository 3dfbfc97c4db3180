import type { FileStatement } from '../../../dialect/statement.ts'
import { isDetachConcurrently, postgresStatementKindOf } from './statements/kinds.ts'
import { firstResultInSyntaxTree, hasSyntaxTreeOption, type PostgresSyntaxTreeNode, syntaxTreeNodesOfKind } from './tree.ts'

const concurrent = (tree: PostgresSyntaxTreeNode) => tree['concurrent'] === true

/**
 * Returns the behaviour of a statement in a transaction. 'atomic': the statement can run in a transaction. 'bare': the statement
 * cannot run in a transaction. 'control': the statement begins or ends a transaction. A statement of an unknown kind counts as
 * 'atomic'.
 */
export function transactionBehaviourOfPostgresStatement(kind: string, tree: PostgresSyntaxTreeNode): FileStatement['manner'] {
  if (kind === 'TransactionStmt') return 'control'
  return postgresStatementKindOf(kind)?.bare?.(tree) === true ? 'bare' : 'atomic'
}

// The statements with CONCURRENTLY, which wait for locks without a time limit. A cancelled statement with CONCURRENTLY leaves an
// invalid index or a partly detached partition.
const PATIENT: Readonly<Record<string, (tree: PostgresSyntaxTreeNode) => boolean>> = {
  IndexStmt: concurrent,
  DropStmt: concurrent,
  ReindexStmt: (tree) => hasSyntaxTreeOption(tree['params'], 'concurrently'),
  AlterTableStmt: (tree) => syntaxTreeNodesOfKind(tree['cmds'], 'AlterTableCmd').some(isDetachConcurrently),
}

export function waitsWithoutLockTimeout(kind: string, tree: PostgresSyntaxTreeNode): boolean {
  return PATIENT[kind]?.(tree) === true
}

export function isRepeatablePostgresStatement(kind: string, _tree: PostgresSyntaxTreeNode): boolean {
  return postgresStatementKindOf(kind)?.repeatable === true
}

/** Returns true for COPY FROM STDIN, whose rows a client must send. */
export function isCopyFromStdin(kind: string, tree: PostgresSyntaxTreeNode): boolean {
  return kind === 'CopyStmt' && tree['is_from'] === true && tree['filename'] === undefined && tree['is_program'] !== true
}

/** Returns the label that ALTER TYPE … ADD VALUE adds. Returns undefined for every other statement. */
export function addedEnumLabel(kind: string, tree: PostgresSyntaxTreeNode): string | undefined {
  const label = tree['newVal']
  return kind === 'AlterEnumStmt' && tree['oldVal'] === undefined && typeof label === 'string' ? label : undefined
}

/**
 * Returns true when the statement can write rows, also in a WITH clause. The result is true for DO, CALL and EXECUTE, because the
 * code that they run can write rows. A function call does not count.
 */
export function canStatementWriteRows(kind: string, tree: PostgresSyntaxTreeNode): boolean {
  const writes = (inner: string, node: PostgresSyntaxTreeNode) => postgresStatementKindOf(inner)?.writes?.(node) === true || undefined
  return writes(kind, tree) ?? firstResultInSyntaxTree(tree, writes) ?? false
}

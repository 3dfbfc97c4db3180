import type { FileStatement } from '../../../dialect/statement.ts'
import { isDetachConcurrently, statementKindOf } from './statements/kinds.ts'
import { firstResultInSyntaxTree, hasOption, nodesOfKind, type SyntaxTreeNode } from './tree.ts'

const concurrent = (tree: SyntaxTreeNode) => tree['concurrent'] === true

/**
 * Returns the behaviour of a statement in a transaction. 'atomic': the statement can run in a transaction. 'bare': the statement
 * cannot run in a transaction. 'control': the statement begins or ends a transaction. A statement of an unknown kind counts as
 * 'atomic'.
 */
export function transactionMannerOf(kind: string, tree: SyntaxTreeNode): FileStatement['manner'] {
  if (kind === 'TransactionStmt') return 'control'
  return statementKindOf(kind)?.bare?.(tree) === true ? 'bare' : 'atomic'
}

// The statements with CONCURRENTLY, which wait for locks without a time limit. A cancelled statement with CONCURRENTLY leaves an
// invalid index or a partly detached partition.
const PATIENT: Readonly<Record<string, (tree: SyntaxTreeNode) => boolean>> = {
  IndexStmt: concurrent,
  DropStmt: concurrent,
  ReindexStmt: (tree) => hasOption(tree['params'], 'concurrently'),
  AlterTableStmt: (tree) => nodesOfKind(tree['cmds'], 'AlterTableCmd').some(isDetachConcurrently),
}

export function waitsWithoutLockTimeout(kind: string, tree: SyntaxTreeNode): boolean {
  return PATIENT[kind]?.(tree) === true
}

export function isRepeatableStatement(kind: string, _tree: SyntaxTreeNode): boolean {
  return statementKindOf(kind)?.repeatable === true
}

/** Returns true for COPY FROM STDIN, whose rows a client must send. */
export function isCopyFromStdin(kind: string, tree: SyntaxTreeNode): boolean {
  return kind === 'CopyStmt' && tree['is_from'] === true && tree['filename'] === undefined && tree['is_program'] !== true
}

/** Returns the label that ALTER TYPE … ADD VALUE adds. Returns undefined for every other statement. */
export function addedEnumLabel(kind: string, tree: SyntaxTreeNode): string | undefined {
  const label = tree['newVal']
  return kind === 'AlterEnumStmt' && tree['oldVal'] === undefined && typeof label === 'string' ? label : undefined
}

/**
 * Returns true when the statement writes rows, also in a WITH clause. DO, CALL and EXECUTE count as writes, because the code that
 * they run can write rows. A function call does not count.
 */
export function isRowWritingStatement(kind: string, tree: SyntaxTreeNode): boolean {
  const writes = (inner: string, node: SyntaxTreeNode) => statementKindOf(inner)?.writes?.(node) === true || undefined
  return writes(kind, tree) ?? firstResultInSyntaxTree(tree, writes) ?? false
}

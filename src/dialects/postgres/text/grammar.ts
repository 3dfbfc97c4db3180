import type { Statement } from '../../../dialect/statement.ts'
import { detachesConcurrently, kindOf } from './statements/kinds.ts'
import { firstIn, hasOption, nodesOf, type Tree } from './tree.ts'

const concurrent = (tree: Tree) => tree['concurrent'] === true

/** Returns how a statement behaves in a transaction: whether it can run in one, cannot, or begins or ends one. */
export function mannerOf(kind: string, tree: Tree): Statement['manner'] {
  if (kind === 'TransactionStmt') return 'control'
  return kindOf(kind)?.bare?.(tree) === true ? 'bare' : 'atomic'
}

// The statements that wait for locks without a time limit: those with CONCURRENTLY. If one is cancelled, it leaves an invalid index
// or a partly detached partition.
const PATIENT: Readonly<Record<string, (tree: Tree) => boolean>> = {
  IndexStmt: concurrent,
  DropStmt: concurrent,
  ReindexStmt: (tree) => hasOption(tree['params'], 'concurrently'),
  AlterTableStmt: (tree) => nodesOf(tree['cmds'], 'AlterTableCmd').some(detachesConcurrently),
}

export function isPatient(kind: string, tree: Tree): boolean {
  return PATIENT[kind]?.(tree) === true
}

export function isRepeatable(kind: string, _tree: Tree): boolean {
  return kindOf(kind)?.repeatable === true
}

/** True for COPY FROM STDIN, whose rows a client must send. */
export function readsClientInput(kind: string, tree: Tree): boolean {
  return kind === 'CopyStmt' && tree['is_from'] === true && tree['filename'] === undefined && tree['is_program'] !== true
}

/** Returns the label that ALTER TYPE … ADD VALUE adds. */
export function newLabel(kind: string, tree: Tree): string | undefined {
  const label = tree['newVal']
  return kind === 'AlterEnumStmt' && tree['oldVal'] === undefined && typeof label === 'string' ? label : undefined
}

/** True when the statement writes rows, also in a WITH, or calls a function that can write. */
export function writesRows(kind: string, tree: Tree): boolean {
  const writes = (inner: string, node: Tree) => kindOf(inner)?.writes?.(node) === true || undefined
  return writes(kind, tree) ?? firstIn(tree, writes) ?? false
}

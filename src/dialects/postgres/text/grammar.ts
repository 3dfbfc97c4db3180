import type { Statement } from '../../../dialect/statement.ts'
import { detachesConcurrently, kindOf } from './statements/kinds.ts'
import { firstIn, hasOption, nodesOf, type Tree } from './tree.ts'

const concurrent = (tree: Tree) => tree['concurrent'] === true

/** How the statement stands to transactions. */
export function mannerOf(kind: string, tree: Tree): Statement['manner'] {
  if (kind === 'TransactionStmt') return 'control'
  return kindOf(kind)?.bare?.(tree) === true ? 'bare' : 'atomic'
}

// Those that say CONCURRENTLY; one that gives up leaves an invalid index, or a partition that is half detached.
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

/** COPY FROM STDIN, whose rows only a client could give. */
export function readsClientInput(kind: string, tree: Tree): boolean {
  return kind === 'CopyStmt' && tree['is_from'] === true && tree['filename'] === undefined && tree['is_program'] !== true
}

/** The label that ALTER TYPE … ADD VALUE adds. */
export function newLabel(kind: string, tree: Tree): string | undefined {
  const label = tree['newVal']
  return kind === 'AlterEnumStmt' && tree['oldVal'] === undefined && typeof label === 'string' ? label : undefined
}

/** Writes rows, in a WITH too, or calls what may write. */
export function writesRows(kind: string, tree: Tree): boolean {
  const writes = (inner: string, node: Tree) => kindOf(inner)?.writes?.(node) === true || undefined
  return writes(kind, tree) ?? firstIn(tree, writes) ?? false
}

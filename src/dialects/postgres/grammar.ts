import type { Statement } from '../../dialect/statement.ts'

/** A node of the server's parse tree. */
export type Tree = Readonly<Record<string, unknown>>

/** How the statement stands to transactions. */
export function mannerOf(kind: string, tree: Tree): Statement['manner'] {
  if (kind === 'TransactionStmt') return 'control'
  return BARE[kind]?.(tree) === true ? 'bare' : 'atomic'
}

const always = () => true
const concurrent = (tree: Tree) => tree['concurrent'] === true

// What PreventInTransactionBlock refuses, by the server's tcop/utility.c and commands/.
const BARE: Readonly<Record<string, (tree: Tree) => boolean>> = {
  IndexStmt: concurrent,
  DropStmt: concurrent,
  ReindexStmt: (tree) => hasOption(tree['params'], 'concurrently') || !/_(INDEX|TABLE)$/.test(String(tree['kind'])),
  VacuumStmt: (tree) => tree['is_vacuumcmd'] === true,
  ClusterStmt: (tree) => tree['relation'] === undefined,
  CreatedbStmt: always,
  DropdbStmt: always,
  AlterSystemStmt: always,
  CreateTableSpaceStmt: always,
  DropTableSpaceStmt: always,
  CreateSubscriptionStmt: always,
  DropSubscriptionStmt: always,
  AlterDatabaseStmt: (tree) => hasOption(tree['options'], 'tablespace'),
  DiscardStmt: (tree) => tree['target'] === 'DISCARD_ALL',
  AlterTableStmt: (tree) => nodesOf(tree['cmds'], 'AlterTableCmd').some(detachesConcurrently),
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

function detachesConcurrently(command: Tree): boolean {
  return command['subtype'] === 'AT_DetachPartition' && nodesOf([command['def']], 'PartitionCmd').some(concurrent)
}

const REPEATABLE: ReadonlySet<string> = new Set([
  'VacuumStmt',
  'ReindexStmt',
  'ClusterStmt',
  'CheckPointStmt',
  'GrantStmt',
  'GrantRoleStmt',
  'AlterDefaultPrivilegesStmt',
  'AlterSystemStmt',
  'VariableSetStmt',
  'VariableShowStmt',
  'CommentStmt',
  'RefreshMatViewStmt',
  'LockStmt',
  'DiscardStmt',
  'LoadStmt',
])

export function isRepeatable(kind: string, _tree: Tree): boolean {
  return REPEATABLE.has(kind)
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

/** Every string constant in the tree, bodies of functions among them. */
export function literalsOf(tree: unknown): readonly string[] {
  if (Array.isArray(tree)) return tree.flatMap(literalsOf)
  if (typeof tree !== 'object' || tree === null) return []
  return Object.entries(tree).flatMap(([key, child]) => (key === 'sval' && typeof child === 'string' ? [child] : literalsOf(child)))
}

const WRITING: ReadonlySet<string> = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt', 'TruncateStmt', 'DoStmt', 'CallStmt'])

/** Writes rows, in a WITH too, or calls what may write. */
export function writesRows(kind: string, tree: Tree): boolean {
  if (WRITING.has(kind) || (kind === 'CopyStmt' && tree['is_from'] === true)) return true
  return holds(tree, WRITING)
}

function holds(tree: unknown, kinds: ReadonlySet<string>): boolean {
  if (Array.isArray(tree)) return tree.some((child) => holds(child, kinds))
  if (typeof tree !== 'object' || tree === null) return false
  return Object.entries(tree).some(([key, child]) => kinds.has(key) || holds(child, kinds))
}

export function hasOption(list: unknown, name: string): boolean {
  return nodesOf(list, 'DefElem').some((option) => option['defname'] === name)
}

/** The nodes of this kind in a list of the tree. */
export function nodesOf(list: unknown, kind: string): readonly Tree[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((entry: Readonly<Record<string, Tree | undefined>> | undefined) => {
    const node = entry?.[kind]
    return node === undefined ? [] : [node]
  })
}

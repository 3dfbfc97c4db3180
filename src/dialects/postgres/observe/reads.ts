import type { Reading } from '../../../dialect/dialect.ts'
import { type RowWrite, readsWithWrites } from '../../../effect/row-write.ts'
import { type SchemaObject, tableGroup } from '../../../schema/object.ts'
import { combineReads, type ReadColumns, readsOfTables } from '../../../schema/reads.ts'
import { type ParsedStatement, statementsOf } from '../text/parser.ts'
import { nodesOf, type Tree } from '../text/tree.ts'
import { callsWritingFunction, isCall, relationName } from './row-writes.ts'

/** Determines the columns that data statements read, with the server's grammar. */
export async function readsOf(
  statements: readonly string[],
  before: Reading,
  writes: readonly RowWrite[],
): Promise<ReadColumns | undefined> {
  return readsWithWrites(combineReads(await Promise.all(statements.map((text) => readsOfText(text, before)))), writes)
}

async function readsOfText(text: string, before: Reading): Promise<ReadColumns | undefined> {
  const parsed = await statementsOf({ file: '', text }).catch(() => undefined)
  if (!parsed?.every((one) => isPlain(one, before))) return undefined
  return combineReads(
    parsed.map(({ tree }) => {
      const names = new Set(namesIn(tree))
      return readsOfTables(before.state, relationsIn(tree), (column) => names.has(column))
    }),
  )
}

/**
 * True when the text of a statement shows everything that it reads: it contains no routine, view, table with triggers or rules, or
 * whole row.
 */
function isPlain({ kind, tree }: ParsedStatement, before: Reading): boolean {
  if (!DATA.has(kind) || isCall(kind) || callsWritingFunction(tree) || takesRows(tree)) return false
  return relationsIn(tree).every((table) => {
    if (before.state.groups.has(`view:${table}`)) return false
    return ![...(before.state.groups.get(tableGroup(table))?.values() ?? [])].some(({ kind: one }) => ACTS.has(one))
  })
}

const DATA: ReadonlySet<string> = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])
const ACTS: ReadonlySet<SchemaObject['kind']> = new Set<SchemaObject['kind']>(['trigger', 'policy', 'opaque'])

/** True for an expression that reads all columns: `*`, NATURAL, or a whole row by the name of its table. */
function takesRows(tree: unknown): boolean {
  const rows = new Set([...relationsIn(tree), ...aliasesIn(tree)])
  return anyNode(tree, (kind, node) => {
    if (kind === 'A_Star') return true
    if (kind === 'JoinExpr') return node['isNatural'] === true
    if (kind !== 'ColumnRef') return false
    const fields = nodesOf(node['fields'], 'String')
    return fields.length === 1 && rows.has(String(fields[0]?.['sval']))
  })
}

function relationsIn(tree: unknown): readonly string[] {
  const found: string[] = []
  anyNode(tree, (kind, node) => {
    if (kind === 'RangeVar' || kind === 'relation') found.push(relationName(node))
    return false
  })
  return [...new Set(found)]
}

function aliasesIn(tree: unknown): readonly string[] {
  const found: string[] = []
  anyNode(tree, (kind, node) => {
    if (kind === 'alias' && typeof node['aliasname'] === 'string') found.push(node['aliasname'])
    return false
  })
  return found
}

/** Returns the words of a syntax tree that can be names of columns. */
function namesIn(tree: unknown): readonly string[] {
  if (Array.isArray(tree)) return tree.flatMap(namesIn)
  if (typeof tree !== 'object' || tree === null) return []
  return Object.entries(tree).flatMap(([key, child]) =>
    typeof child === 'string' && (key === 'sval' || key === 'name') ? [child] : namesIn(child),
  )
}

function anyNode(tree: unknown, is: (kind: string, node: Tree) => boolean): boolean {
  if (Array.isArray(tree)) return tree.some((child) => anyNode(child, is))
  if (typeof tree !== 'object' || tree === null) return false
  return Object.entries(tree).some(([key, child]) => {
    const isNode = typeof child === 'object' && child !== null && !Array.isArray(child)
    return (isNode && is(key, child as Tree)) || anyNode(child, is)
  })
}

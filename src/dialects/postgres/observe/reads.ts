import type { CatalogReading } from '../../../dialect/dialect.ts'
import { addWrittenTablesToReads, type RowWrite } from '../../../effect/row-write.ts'
import { type SchemaObject, tableGroupKey } from '../../../schema/object.ts'
import { combineReadColumns, namedColumnsOfTables, type ReadColumnsByTable } from '../../../schema/reads.ts'
import { type ParsedPostgresStatement, parsePostgresStatements } from '../text/parser.ts'
import { type PostgresSyntaxTreeNode, syntaxTreeNodesOfKind } from '../text/tree.ts'
import { isDoOrCall, mayCallWritingFunction, relationNameFromTree } from './row-writes.ts'

/**
 * Returns the columns that statements read, according to their syntax. Returns undefined if the text of one statement does not
 * name all columns that the statement reads.
 */
export async function findColumnsReadByPostgresStatements(
  statements: readonly string[],
  before: CatalogReading,
  writes: readonly RowWrite[],
): Promise<ReadColumnsByTable | undefined> {
  return addWrittenTablesToReads(combineReadColumns(await Promise.all(statements.map((text) => readsOfText(text, before)))), writes)
}

async function readsOfText(text: string, before: CatalogReading): Promise<ReadColumnsByTable | undefined> {
  const parsed = await parsePostgresStatements({ file: '', text }).catch(() => undefined)
  if (!parsed?.every((one) => isPlain(one, before))) return undefined
  return combineReadColumns(
    parsed.map(({ tree }) => {
      const names = new Set(possibleColumnNamesInSyntaxTree(tree))
      return namedColumnsOfTables(before.state, relationsIn(tree), (column) => names.has(column))
    }),
  )
}

/**
 * Returns true when the text of a statement names every column that the statement reads. Such a statement calls only frequent
 * functions of the server, and contains no view, no `*` and no whole row. Its tables have no triggers, no row-level security
 * policies, and no parts that a state contains only as a hash.
 */
function isPlain({ kind, tree }: ParsedPostgresStatement, before: CatalogReading): boolean {
  if (!DATA.has(kind) || isDoOrCall(kind) || mayCallWritingFunction(tree) || doesExpressionReadAllColumns(tree)) return false
  return relationsIn(tree).every((table) => {
    if (before.state.groups.has(`view:${table}`)) return false
    return ![...(before.state.groups.get(tableGroupKey(table))?.values() ?? [])].some(({ kind: one }) => ACTS.has(one))
  })
}

const DATA: ReadonlySet<string> = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])
const ACTS: ReadonlySet<SchemaObject['kind']> = new Set<SchemaObject['kind']>(['trigger', 'policy', 'opaque'])

/** Returns true for an expression that reads all columns of a table: `*`, NATURAL, or a whole row by the name of its table. */
export function doesExpressionReadAllColumns(tree: unknown): boolean {
  const rows = new Set([...relationsIn(tree), ...aliasesIn(tree)])
  return hasMatchingSyntaxNode(tree, (kind, node) => {
    if (kind === 'A_Star') return true
    if (kind === 'JoinExpr') return node['isNatural'] === true
    if (kind !== 'ColumnRef') return false
    const fields = syntaxTreeNodesOfKind(node['fields'], 'String')
    return fields.length === 1 && rows.has(String(fields[0]?.['sval']))
  })
}

function relationsIn(tree: unknown): readonly string[] {
  const found: string[] = []
  hasMatchingSyntaxNode(tree, (kind, node) => {
    if (kind === 'RangeVar' || kind === 'relation') found.push(relationNameFromTree(node))
    return false
  })
  return [...new Set(found)]
}

function aliasesIn(tree: unknown): readonly string[] {
  const found: string[] = []
  hasMatchingSyntaxNode(tree, (kind, node) => {
    if (kind === 'alias' && typeof node['aliasname'] === 'string') found.push(node['aliasname'])
    return false
  })
  return found
}

/** Returns the words of a syntax tree that can be names of columns. */
export function possibleColumnNamesInSyntaxTree(tree: unknown): readonly string[] {
  if (Array.isArray(tree)) return tree.flatMap(possibleColumnNamesInSyntaxTree)
  if (typeof tree !== 'object' || tree === null) return []
  return Object.entries(tree).flatMap(([key, child]) =>
    typeof child === 'string' && (key === 'sval' || key === 'name') ? [child] : possibleColumnNamesInSyntaxTree(child),
  )
}

/** Returns true if a node of the syntax tree below `tree` satisfies the condition `is`. */
export function hasMatchingSyntaxNode(tree: unknown, is: (kind: string, node: PostgresSyntaxTreeNode) => boolean): boolean {
  if (Array.isArray(tree)) return tree.some((child) => hasMatchingSyntaxNode(child, is))
  if (typeof tree !== 'object' || tree === null) return false
  return Object.entries(tree).some(([key, child]) => {
    const isNode = typeof child === 'object' && child !== null && !Array.isArray(child)
    return (isNode && is(key, child as PostgresSyntaxTreeNode)) || hasMatchingSyntaxNode(child, is)
  })
}

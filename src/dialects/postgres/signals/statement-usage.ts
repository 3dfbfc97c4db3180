import { ENGINE_COUNT_COLUMN_ALIAS, type ObjectUsageEntry } from '../../../dialect/usage.ts'
import type { SqlText } from '../../../release/migration.ts'
import { objectIdOf, type SchemaObject, type SchemaObjectId } from '../../../schema/object.ts'
import { doesExpressionReadAllColumns, hasMatchingSyntaxNode, possibleColumnNamesInSyntaxTree } from '../observe/reads.ts'
import { fingerprintPostgresStatement, type ParsedPostgresStatement, parsePostgresStatements } from '../text/parser.ts'
import { type PostgresSyntaxTreeNode, syntaxTreeNodesOfKind, textFieldOfSyntaxTreeNode } from '../text/tree.ts'

/** A row of `pg_stat_statements`. */
export interface StatementInStatistics {
  readonly key: string
  readonly count: number
  /** The text of the statement, with a placeholder instead of each value. */
  readonly query: string
  readonly user: string
}

/**
 * Returns which statements use which of the objects, according to the syntax of the statements. The kind of a use is 'other' for a
 * statement of a backup or of the engine, and for a query of the project in `own`, which the engine itself sends. A name without a
 * schema can refer to an object in the schema `home`, which is the current schema, or in any other schema.
 */
export async function findObjectUsesInStatements(
  rows: readonly StatementInStatistics[],
  objects: readonly SchemaObject[],
  home: string,
  own: readonly SqlText[],
): Promise<readonly ObjectUsageEntry[]> {
  const mine = new Set(await Promise.all(own.map(({ text }) => fingerprintPostgresStatement(text))))
  const found: ObjectUsageEntry[] = []
  for (const { key, count, query, user } of rows) {
    const parsed = await parsePostgresStatements({ file: '', text: query }).catch(() => undefined)
    const what = `${shortened(query)} (user ${user})`
    // Each statement that the function receives contains the name of one of the objects. If the parser rejects such a statement,
    // the statement counts as a use of all objects.
    if (!parsed) found.push({ key, kind: 'statement', objects: objects.map(objectIdOf), count, what })
    if (!parsed) continue
    const isOther = parsed.every((one) => isBackup(one) || isOfEngine(one.tree)) || mine.has(await fingerprintPostgresStatement(query))
    const used = objects.filter((object) => parsed.some((statement) => uses(statement, object, home, isOther))).map(objectIdOf)
    const kind = isOther ? 'other' : 'statement'
    if (used.length > 0) found.push({ key, kind, objects: used, count, what })
  }
  return found
}

const USING: ReadonlySet<string> = new Set([
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'CopyStmt',
  'CallStmt',
  'DeclareCursorStmt',
  'CreateTableAsStmt',
])

/**
 * Returns true if a statement uses the schema object. With `withIndexes`, a statement that names a table also counts as a use of
 * each index of the table.
 */
function uses({ kind, tree }: ParsedPostgresStatement, object: SchemaObject, home: string, withIndexes: boolean): boolean {
  if (!USING.has(kind)) return false
  if (object.kind === 'index') return withIndexes && namesRelation(tree, object.table, home)
  if (object.kind === 'function') return callsIn(tree).has(lastPart(object.name.replace(/\(.*$/s, '')))
  if (object.kind !== 'column') return namesRelation(tree, object.name, home)
  if (!namesRelation(tree, object.table, home)) return false
  return possibleColumnNamesInSyntaxTree(tree).includes(object.name) || doesExpressionReadAllColumns(tree) || takesAllColumns(kind, tree)
}

/**
 * Returns true for a COPY or INSERT statement without a list of columns, because such a statement uses all columns of its table.
 */
function takesAllColumns(kind: string, tree: PostgresSyntaxTreeNode): boolean {
  if (kind === 'CopyStmt') return tree['attlist'] === undefined
  return hasMatchingSyntaxNode({ [kind]: tree }, (one, node) => one === 'InsertStmt' && node['cols'] === undefined)
}

function namesRelation(tree: unknown, name: string, home: string): boolean {
  return hasMatchingSyntaxNode(tree, (_, node) => {
    if (typeof node['relname'] !== 'string') return false
    const schema = textFieldOfSyntaxTreeNode(node, 'schemaname')
    const isBare = (schema === '' || schema === home) && !node['relname'].includes('.')
    const whole = isBare ? node['relname'] : `${schema === '' ? home : schema}.${node['relname']}`
    // The search path can contain several schemas. A name without a schema can therefore mean a table in each of these schemas.
    return whole === name || (schema === '' && lastPart(name) === node['relname'])
  })
}

function callsIn(tree: unknown): ReadonlySet<string> {
  const found = new Set<string>()
  hasMatchingSyntaxNode(tree, (_, node) => {
    const names = syntaxTreeNodesOfKind(node['funcname'], 'String')
    if (names.length > 0) found.add(String(names.at(-1)?.['sval']))
    return false
  })
  return found
}

/** Returns true for COPY … TO, the statement with which pg_dump reads rows. */
function isBackup({ kind, tree }: ParsedPostgresStatement): boolean {
  return kind === 'CopyStmt' && tree['is_from'] !== true
}

function isOfEngine(tree: PostgresSyntaxTreeNode): boolean {
  return hasMatchingSyntaxNode(tree, (_, node) => node['name'] === ENGINE_COUNT_COLUMN_ALIAS)
}

function lastPart(name: SchemaObjectId): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

const LONGEST_STATEMENT = 160

function shortened(query: string): string {
  const text = query.replaceAll(/\s+/g, ' ').trim()
  return text.length > LONGEST_STATEMENT ? `${text.slice(0, LONGEST_STATEMENT)}…` : text
}
